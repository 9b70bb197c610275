"""Which facts of a path matter to one more condition, and which conditions need no solver.

The facts of a path can hold together. Whether they still can with another condition depends on those facts
alone that it is linked to by unknowns. Symbolic executors call this constraint independence.
"""

from collections.abc import Sequence

from vtsc.symbolic.forms import (
    Comparison,
    Condition,
    Constant,
    Flag,
    Junction,
    Linear,
    Negation,
    Variable,
    unknowns,
)


class Links:
    """Links the conditions of one arena that share unknowns."""

    def __init__(self) -> None:
        self._named: dict[int, frozenset[str]] = {}
        self._obvious: dict[int, bool] = {}

    def linked(self, condition: Condition, facts: Sequence[Condition]) -> list[Condition]:
        """``condition``, and those of ``facts`` that are linked to it, directly or by others."""
        found, names = [condition], set(self._names(condition))
        apart = list(facts)
        while True:
            near: list[Condition] = []
            far: list[Condition] = []
            for fact in apart:
                (far if names.isdisjoint(self._names(fact)) else near).append(fact)
            if not near:
                return found
            found += near
            names.update(*map(self._names, near))
            apart = far

    def _names(self, condition: Condition) -> frozenset[str]:
        found = self._named.get(condition.id)
        if found is None:
            found = self._named[condition.id] = frozenset(unknowns([condition]))
        return found

    def holds_somewhere(self, condition: Condition) -> bool:
        """Whether a condition obviously holds for some values of its unknowns; False leaves it open."""
        found = self._obvious.get(condition.id)
        if found is None:
            found = self._obvious[condition.id] = self._is_obvious(condition, True)
        return found

    def _is_obvious(self, condition: Condition, value: bool) -> bool:
        """Whether a condition obviously has this value somewhere."""
        if isinstance(condition, Constant):
            return condition.value == value
        if isinstance(condition, Negation):
            return self._is_obvious(condition.operand, not value)
        if isinstance(condition, Comparison):
            return _is_plain(condition.form) and (
                not condition.equation
                or (_has_steps_of_one(condition.form) if value else _moves(condition.form))
            )
        if isinstance(condition, Junction):
            parts = condition.operands
            if condition.conjunction != value:
                return any(self._is_obvious(part, value) for part in parts)
            return self._are_apart(parts) and all(self._is_obvious(p, value) for p in parts)
        return isinstance(condition, Flag)

    def _are_apart(self, conditions: Sequence[Condition]) -> bool:
        """Whether no two of the conditions share unknowns."""
        names = [self._names(condition) for condition in conditions]
        return len(frozenset().union(*names)) == sum(map(len, names))


def _is_plain(form: Linear) -> bool:
    """Whether a form takes the ends of its interval, since its variables do not depend on each other.

    Where they decide a comparison with zero, the arena has made a constant of it.
    """
    return all(isinstance(atom, Variable) for atom, _ in form.terms)


def _moves(form: Linear) -> bool:
    """Whether a form takes more than one value."""
    ends = form.interval
    return ends.lo is None or ends.lo != ends.hi


def _has_steps_of_one(form: Linear) -> bool:
    """Whether a plain form takes every value of its interval."""
    return all(c in (1, -1) for _, c in form.terms)
