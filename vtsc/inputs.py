"""Nondeterministic inputs: where a step's free choices come from, in each way of running a model.

The model asks ``inputs.word(name, lo, *his)`` or ``inputs.flag(name)``. Exploration makes an
unknown of it, replay looks it up, simulation draws it. A name is asked for at most once a step.
"""

from collections.abc import Mapping
from random import Random
from typing import Protocol

from vtsc.symbolic import Truth, Word
from vtsc.terms import Arena
from vtsc.words import INPUT_LIMIT, Illegal, require


class Inputs(Protocol):
    """A source of free choices; ``used`` has those made so far (none in exploration)."""

    used: dict[str, int | bool]

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        """An integer in [lo, min(his)] (below 2^62 without ``his``), a multiple of ``multiple_of``."""
        ...

    def between(self, name: str, low: "Ratio", high: "Ratio") -> int:
        """An integer v with low <= v <= high, both given as (numerator, denominator > 0)."""
        ...

    def flag(self, name: str) -> bool:
        """A truth value."""
        ...


Ratio = tuple[int, int]


def counted(name: str, multiple_of: int) -> str:
    """What the unknown is called that counts an input in units of ``multiple_of``."""
    return name if multiple_of == 1 else f"{name}*{multiple_of}"


class Unknowns:
    """Inputs for exploration: each is an unknown called ``prefix + name``."""

    def __init__(self, arena: Arena, prefix: str) -> None:
        self._arena = arena
        self._prefix = prefix
        self.words: dict[str, int] = {}
        """Names of the words asked for so far, with their least values."""
        self.flags: dict[str, None] = {}
        self.used: dict[str, int | bool] = {}

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        limit = min([INPUT_LIMIT - 1, *(hi for hi in his if isinstance(hi, int))])
        least = -(-lo // multiple_of) if isinstance(lo, int) else 0
        own = counted(name, multiple_of)
        self.words[own] = min(least, self.words.get(own, least))
        form = self._arena.variable(self._prefix + own, least, limit // multiple_of)
        value = Word(self._arena, form) * multiple_of
        require(value >= lo)  # type: ignore[arg-type]
        for hi in his:
            require(value <= hi)  # type: ignore[arg-type]
        return value  # type: ignore[return-value]

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        value = self.word(name, 0)
        require(low[0] <= value * low[1])
        require(value * high[1] <= high[0])
        return value

    def flag(self, name: str) -> bool:
        self.flags[name] = None
        return Truth(self._arena, self._arena.flag(self._prefix + name))  # type: ignore[return-value]


class Solved:
    """Inputs from a solver's witness; what it leaves out is taken least. ``used`` as in `Recorded`."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        self._values = values
        self.used: dict[str, int | bool] = {}

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        least = max(-(-lo // multiple_of), 0)
        value = int(self._values.get(counted(name, multiple_of), least)) * multiple_of
        if not lo <= value < INPUT_LIMIT or any(value > hi for hi in his):
            raise Illegal
        self.used[name] = value
        return value

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = bool(self._values.get(name, False))
        self.used[name] = value
        return value


class Recorded:
    """Inputs read from a trace; ``used`` collects what was asked for. Illegal ones raise `Illegal`."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        self._values = values
        self.used: dict[str, int | bool] = {}

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Illegal(f"input {name} is {value}, not a number")
        most = min((INPUT_LIMIT - 1, *his))
        if value % multiple_of or not max(lo, 0) <= value <= most:
            whole = f"a multiple of {multiple_of} " if multiple_of > 1 else ""
            raise Illegal(f"input {name} is {value}, not {whole}from {max(lo, 0)} to {most}")
        self.used[name] = value
        return value

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise Illegal(f"input {name} is {value}, neither true nor false")
        self.used[name] = value
        return value


class Drawn:
    """Inputs drawn at random: small and boundary values often, every magnitude sometimes."""

    def __init__(self, random: Random, typical: int) -> None:
        self._random = random
        self._typical = typical
        self.used: dict[str, int | bool] = {}

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        lowest = max(-(-lo // multiple_of), 0)
        highest = min(*his, INPUT_LIMIT - 1) // multiple_of if his else None
        if highest is None:
            highest = lowest + self._typical // multiple_of + 8
        if highest < lowest:
            raise Illegal
        value = self._draw(lowest, highest) * multiple_of
        self.used[name] = value
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
        self.used[name] = value
        return value
