"""Which of some threads is the last one, as unknowns, and what can be said whichever it is.

The unknowns are taken out of a condition again: it is told for each thread that may be the last one, with
terms that are simplified for it. Where it is the same for all of them, which one is last makes no difference.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.symbolic.forms import Condition, Flag, Linear, walk
from vtsc.symbolic.terms import Arena, Substitution
from vtsc.symbolic.values import Truth, lift_truth, lift_word


class Lasts:
    """The unknowns of a run that say of each of some threads that it is the last one."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._flags: dict[int, Condition] = {}
        self._may: dict[int, Condition] = {}
        self._taken: dict[int, Substitution] = {}
        self._known: dict[int, Condition] = {}

    def last(self, threads: Sequence[int], times: Sequence[Any]) -> list[Truth]:
        """For each thread, by its number and the time of its step, whether it is the last one."""
        arena = self._arena
        for thread, time in zip(threads, times, strict=True):
            self._flags[thread] = arena.flag(f"last!{thread}")
            self._may[thread] = arena.conjunction(lift_truth(arena, t <= time) for t in times)
        for thread in threads:
            which = {_name(f): arena.constant(n == thread) for n, f in self._flags.items()}
            self._taken[thread] = Substitution(arena, {}, which)
        return [Truth(arena, self._flags[thread]) for thread in threads]

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
        arena, flags = self._arena, set(self._flags.values())
        if not any(part in flags for part in walk([condition])):
            return condition
        found: dict[int, tuple[Condition, list[Condition]]] = {}
        for thread, taken in self._taken.items():
            here = taken.condition(condition)
            found.setdefault(here.id, (here, []))[1].append(self._may[thread])
        if len(found) == 1:  # some thread is the last one
            return taken.condition(condition)
        return arena.disjunction(
            arena.conjunction((here, arena.disjunction(may))) for here, may in found.values()
        )

    def thread(self, condition: Condition, delays: Mapping[str, int]) -> int | None:
        """A thread that is the last one in a run with these delays in which a condition holds."""
        arena = self._arena
        words = {name: Linear((), value) for name, value in delays.items()}
        fixed = Substitution(arena, words, {})
        for thread, taken in self._taken.items():
            here = arena.conjunction((self._may[thread], taken.condition(condition)))
            if fixed.condition(here) is arena.true:
                return thread
        return None


def _name(flag: Condition) -> str:
    assert isinstance(flag, Flag)
    return flag.name
