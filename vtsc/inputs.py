"""Nondeterministic inputs: where a step's free choices come from, in each way of running a model.

The model asks ``inputs.word(name, lo, *his)`` or ``inputs.flag(name)``. Exploration makes an
unknown of it, replay looks it up, simulation draws it. A name is asked for at most once a step: there is
one value for it in a trace, and one unknown.
"""

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Protocol

from vtsc.symbolic import Truth, Word
from vtsc.terms import Arena
from vtsc.words import INPUT_LIMIT, Illegal, require


class Inputs(Protocol):
    """A source of free choices; ``used`` has those made so far (none in exploration)."""

    used: dict[str, int | bool]

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        """An integer in [lo, min(his)], a multiple of ``multiple_of``, not negative and below 2^62.

        Where there is none, the step is illegal.
        """
        ...

    def between(self, name: str, low: "Ratio", high: "Ratio") -> int:
        """An integer v with low <= v <= high, both given as (numerator, denominator > 0)."""
        ...

    def flag(self, name: str) -> bool:
        """A truth value."""
        ...


Ratio = tuple[int, int]


def twice(name: str) -> ValueError:
    """What is raised where a step asks for an input again."""
    return ValueError(f"input {name} is asked for twice in one step: give each a name of its own")


class _Values:
    """Inputs that have values; ``used`` collects those that were asked for."""

    def __init__(self) -> None:
        self.used: dict[str, int | bool] = {}

    def note(self, name: str, value: int | bool) -> None:
        """An input has been asked for."""
        if name in self.used:
            raise twice(name)
        self.used[name] = value


def counted(name: str, multiple_of: int) -> str:
    """What the unknown is called that counts an input in units of ``multiple_of``."""
    return name if multiple_of == 1 else f"{name}*{multiple_of}"


class Widened(Exception):
    """An input was asked for with a range that its unknown does not cover: explore again, it will."""


Ranges = dict[str, tuple[int, int]]
"""What the values of each unknown lie between, as far as known."""


TAKEN = re.compile(r"(any|assume|broken|c|i|quotient|rule)\d+|bad")
"""Names that the engines and the questions of certificates give to unknowns of their own."""


class Unknowns:
    """Inputs for exploration: each is an unknown called ``prefix + name``.

    ``ranges``: what earlier explorations have asked for. One unknown stands for all uses of a name, so that
    its range covers them all; what a use demands beyond that is a condition of its path.
    """

    def __init__(self, arena: Arena, prefix: str, ranges: Ranges) -> None:
        self._arena = arena
        self._prefix = prefix
        self._ranges = ranges
        self._asked: set[str] = set()
        self.words: dict[str, int] = {}
        """Names of the words asked for so far, with their least values."""
        self.flags: dict[str, None] = {}
        self.used: dict[str, int | bool] = {}

    def begin(self, before: Iterable[str] = ()) -> None:
        """Another path is being explored; ``before``: what the step may have asked for already."""
        self._asked = set(before)

    @property
    def names(self) -> set[str]:
        """All names asked for so far."""
        return {name.partition("*")[0] for name in self.words} | self.flags.keys()

    def _named(self, name: str, others: Mapping[str, object]) -> str:
        """``name``, if it can be this input's: see `TAKEN`; a name is of one kind and asked for once."""
        if not name.isidentifier():
            raise ValueError(f"input {name!r}: a name is letters, digits and underscores")
        if TAKEN.fullmatch(name):
            raise ValueError(f"input {name}: the checker uses that name; choose another")
        if name in others:
            raise ValueError(f"input {name} is asked for as a number and as a truth value")
        if name in self._asked:
            raise twice(name)
        self._asked.add(name)
        return name

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        limit = min([INPUT_LIMIT - 1, *(hi for hi in his if isinstance(hi, int))])
        least = max(-(-lo // multiple_of), 0) if isinstance(lo, int) else 0
        most = limit // multiple_of
        own = counted(self._named(name, self.flags), multiple_of)
        if most < least:
            raise Illegal
        least, most = self._covered(own, least, most)
        self.words[own] = least
        value = (
            Word(self._arena, self._arena.variable(self._prefix + own, least, most)) * multiple_of
        )
        require(value >= lo)  # type: ignore[arg-type]
        for hi in his:
            require(value <= hi)  # type: ignore[arg-type]
        return value  # type: ignore[return-value]

    def _covered(self, own: str, least: int, most: int) -> tuple[int, int]:
        """The range of an unknown, which contains the one given; raises `Widened` if it had to grow."""
        before = self._ranges.setdefault(own, (least, most))
        after = min(before[0], least), max(before[1], most)
        if after != before:
            self._ranges[own] = after
            raise Widened
        return after

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        value = self.word(name, 0)
        require(low[0] <= value * low[1])
        require(value * high[1] <= high[0])
        return value

    def flag(self, name: str) -> bool:
        self.flags[self._named(name, self.words)] = None
        return Truth(self._arena, self._arena.flag(self._prefix + name))  # type: ignore[return-value]


class Solved(_Values):
    """Inputs from a solver's witness; what it leaves out is taken least. ``used`` as in `Recorded`."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        super().__init__()
        self._values = values

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        least = max(-(-lo // multiple_of), 0)
        value = int(self._values.get(counted(name, multiple_of), least)) * multiple_of
        if not lo <= value < INPUT_LIMIT or any(value > hi for hi in his):
            raise Illegal
        self.note(name, value)
        return value

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = bool(self._values.get(name, False))
        self.note(name, value)
        return value


class Recorded(_Values):
    """Inputs read from a trace; ``used`` collects what was asked for. Illegal ones raise `Illegal`."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        super().__init__()
        self._values = values

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        value = self._values.get(name)
        if value is None:
            raise Illegal(f"input {name} is missing")
        if isinstance(value, bool) or not isinstance(value, int):
            raise Illegal(f"input {name} is {value}, not a number")
        most = min((INPUT_LIMIT - 1, *his))
        if value % multiple_of or not max(lo, 0) <= value <= most:
            whole = f"a multiple of {multiple_of} " if multiple_of > 1 else ""
            raise Illegal(f"input {name} is {value}, not {whole}from {max(lo, 0)} to {most}")
        self.note(name, value)
        return value

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if value is None:
            raise Illegal(f"input {name} is missing")
        if not isinstance(value, bool):
            raise Illegal(f"input {name} is {value}, neither true nor false")
        self.note(name, value)
        return value


class Drawn(_Values):
    """Inputs drawn at random: small and boundary values often, every magnitude sometimes."""

    def __init__(self, random: Random, typical: int) -> None:
        super().__init__()
        self._random = random
        self._typical = typical

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        lowest = max(-(-lo // multiple_of), 0)
        highest = min(*his, INPUT_LIMIT - 1) // multiple_of if his else None
        if highest is None:
            highest = lowest + self._typical // multiple_of + 8
        if highest < lowest:
            raise Illegal
        value = self._draw(lowest, highest) * multiple_of
        self.note(name, value)
        return value

    def _draw(self, lo: int, hi: int) -> int:
        kind = self._random.random()
        if kind < 0.35 or lo == hi:
            return lo
        if kind < 0.45:
            return hi
        span = hi - lo
        if kind < 0.75:
            return lo + int(self._random.random() * min(span, 4) + 0.5)
        return lo + (self._random.getrandbits(62) % (span + 1) >> int(self._random.random() * 62))

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = self._random.random() < 0.5
        self.note(name, value)
        return value
