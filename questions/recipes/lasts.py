"""Which of some threads is the last one, as unknowns, and what can be said whichever it is.

The unknowns are taken out of a condition again: it is told for each thread that may be the last one, with
terms that are simplified for it. Where it is the same for all of them, which one is last makes no difference.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.symbolic.forms import Condition, Linear, walk
from vtsc.symbolic.terms import Arena, Substitution
from vtsc.symbolic.values import Truth, lift_truth, lift_word


class Lasts:
    """The unknowns of a run that say of each of some threads that it is the last one."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._ways: list[tuple[int, Condition, Substitution]] = []
        """Each thread, whether it may be the last one, and what says that it is."""
        self._flags: set[Condition] = set()
        self._known: dict[int, Condition] = {}

    def last(self, threads: Sequence[int], times: Sequence[Any]) -> list[Truth]:
        """For each thread, by its number and the time of its step, whether it is the last one."""
        arena, names = self._arena, [f"last!{thread}" for thread in threads]
        for thread, name, time in zip(threads, names, times, strict=True):
            may = arena.conjunction(lift_truth(arena, each <= time) for each in times)
            which = {each: arena.constant(each == name) for each in names}
            self._ways.append((thread, may, Substitution(arena, {}, which)))
        flags = [arena.flag(name) for name in names]
        self._flags.update(flags)
        return [Truth(arena, flag) for flag in flags]

    def same(self, values: Sequence[Any]) -> bool:
        """Whether values are the same term."""
        return len(set(map(self._term, values))) <= 1

    def _term(self, value: Any) -> object:
        if isinstance(value, bool | Truth):
            return lift_truth(self._arena, value).id
        return lift_word(self._arena, value).form.key

    def some(self, condition: Condition) -> Condition:
        """The condition, without these unknowns, that another one holds for some thread that may be last."""
        if condition.id not in self._known:
            self._known[condition.id] = self._some(condition)
        return self._known[condition.id]

    def _some(self, condition: Condition) -> Condition:
        arena = self._arena
        if not any(part in self._flags for part in walk([condition])):
            return condition
        found: dict[Condition, list[Condition]] = {}
        for _, may, taken in self._ways:
            found.setdefault(taken.condition(condition), []).append(may)
        if len(found) == 1:  # some thread is the last one
            return next(iter(found))
        return arena.disjunction(
            arena.conjunction((here, arena.disjunction(may))) for here, may in found.items()
        )

    def thread(self, condition: Condition, delays: Mapping[str, int]) -> int | None:
        """A thread that is the last one in a run with these delays in which a condition holds."""
        arena = self._arena
        fixed = Substitution(arena, {name: Linear((), n) for name, n in delays.items()}, {})
        for thread, may, taken in self._ways:
            here = arena.conjunction((may, taken.condition(condition)))
            if fixed.condition(here) is arena.true:
                return thread
        return None
