"""Inputs for exploration: each is an unknown with the range with which it is asked for."""

from collections.abc import Iterable, Mapping

from vtsc.language.inputs import Ratio, counted, named, twice
from vtsc.language.words import INPUT_LIMIT, Illegal, require
from vtsc.symbolic.names import INPUTS_TAKEN
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.truths import current_run
from vtsc.symbolic.values import Truth, Word, integer_of


class Widened(Exception):
    """An input's unknown does not cover the range that was asked for; it will when exploring starts again."""


Ranges = dict[str, tuple[int, int]]
"""The least and the greatest value of each unknown, as far as it has been asked for."""


class Unknowns:
    """Inputs for exploration: each is an unknown called ``prefix + name``.

    ``ranges``: those that earlier explorations have asked for. One unknown stands for all uses of a name, so
    its range covers them all; what a use demands beyond that is a condition of its path.
    """

    def __init__(self, arena: Arena, prefix: str, ranges: Ranges) -> None:
        self._arena = arena
        self._prefix = prefix
        self._ranges = ranges
        self.words: dict[str, int] = {}
        """Names of the words asked for so far, with their least values."""
        self.flags: dict[str, None] = {}
        self.used: dict[str, int | bool] = {}

    def begin(self, before: Iterable[str] = ()) -> None:
        """Begin another path; ``before`` are the inputs that the step may have asked for already."""
        current_run().asked = frozenset(before)

    @property
    def names(self) -> set[str]:
        """All names asked for so far."""
        return {named(name) for name in self.words} | self.flags.keys()

    def _named(self, name: str, others: Mapping[str, object]) -> str:
        """``name``, noted as asked for; raises `ValueError` where the name is not free for such an input."""
        if not name.isidentifier():
            raise ValueError(f"input {name!r}: a name is letters, digits and underscores")
        if INPUTS_TAKEN.fullmatch(name):
            raise ValueError(f"input {name}: the checker uses that name; choose another")
        if name in others:
            raise ValueError(f"input {name} is asked for as a number and as a truth value")
        run = current_run()
        if name in run.asked:
            raise twice(name)
        run.asked |= {name}
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
        whole = value.whole()
        require(whole >= integer_of(lo))  # type: ignore[arg-type]
        for hi in his:
            require(whole <= integer_of(hi))  # type: ignore[arg-type]
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
        whole = integer_of(value)
        require(integer_of(low[0]) <= whole * low[1])
        require(whole * high[1] <= integer_of(high[0]))
        return value

    def flag(self, name: str) -> bool:
        self.flags[self._named(name, self.words)] = None
        return Truth(self._arena, self._arena.flag(self._prefix + name))  # type: ignore[return-value]
