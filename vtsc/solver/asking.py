"""Asks whether conditions on integers can hold together, and for values with which they do."""

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from vtsc.base.errors import Exit, VtscError
from vtsc.solver.conditions import Question
from vtsc.symbolic.forms import Condition, Linear

BUDGET = 60_000_000
"""Z3 resource units that one question may cost."""


class GaveUpError(VtscError):
    """The solver's budget did not suffice for a question."""

    status = Exit.UNKNOWN


class Asking:
    """A solver that knows some conditions, and is asked about others.

    ``unknowns``: the integers whose values are wanted, by name.
    """

    def __init__(
        self,
        known: Sequence[Condition],
        unknowns: Mapping[str, Linear],
        budget: int = BUDGET,
    ) -> None:
        self._question = Question(budget)
        self._terms: dict[str, Any] = {}
        low = self._question._low
        for name, form in unknowns.items():
            self._terms[name] = low.linear(form)
        self._question.require(*known)
        self._literals: dict[int, Any] = {}

    def know(self, condition: Condition) -> None:
        """Take it from now on as known that a condition holds."""
        self._question.require(condition)

    def values(self, *conditions: Condition) -> dict[str, int] | None:
        """Values with which all conditions hold together; None where there are none."""
        solver = self._question.solver
        lowered = [self._question.lowered(c) for c in conditions]
        solver.push()
        try:
            solver.add(*lowered)
            return self._model() if self._satisfiable() else None
        finally:
            solver.pop()

    def possible(self, *conditions: Condition) -> bool:
        """Whether all conditions can hold together."""
        return self._satisfiable(*map(self._literal, conditions))

    def core(self, conditions: Sequence[Condition]) -> list[Condition] | None:
        """Some of the conditions that cannot hold together; None where all can."""
        literals = [self._literal(c) for c in conditions]
        if self._satisfiable(*literals):
            return None
        found = {literal.get_id() for literal in self._question.solver.unsat_core()}
        return [c for c, x in zip(conditions, literals, strict=True) if x.get_id() in found]

    def _literal(self, condition: Condition) -> Any:
        """A Boolean symbol that implies a condition."""
        found = self._literals.get(condition.id)
        if found is None:
            lowered = self._question.lowered(condition)
            found = self._literals[condition.id] = z3.Bool(f"asked{condition.id}")
            self._question.solver.add(z3.Implies(found, lowered))
        return found

    def _satisfiable(self, *assumptions: Any) -> bool:
        answer = self._question.solver.check(*assumptions)
        if answer == z3.unknown:
            raise GaveUpError(f"the solver gave up: {self._question.solver.reason_unknown()}")
        return bool(answer == z3.sat)

    def _model(self) -> dict[str, int]:
        model = self._question.solver.model()
        return {
            name: int(model.eval(term, model_completion=True).as_long())
            for name, term in self._terms.items()
        }
