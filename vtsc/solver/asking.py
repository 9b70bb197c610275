"""Asks whether conditions on integers can hold together, and for values with which they do."""

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from vtsc.base.errors import Exit, VtscError
from vtsc.solver.conditions import Question
from vtsc.solver.integers import Lowering
from vtsc.solver.units import why_unknown
from vtsc.symbolic.forms import Condition, Linear

BUDGET = 60_000_000
"""Z3 resource units that one question may cost."""


class GaveUpError(VtscError):
    """The solver's budget did not suffice for a question."""

    status = Exit.UNKNOWN


def _solver() -> Any:
    """A solver for many questions that differ little: what it prepares for one would be lost for the next."""
    solver: Any = z3.SimpleSolver()
    solver.set("smt.relevancy", 0)
    solver.set("smt.arith.solver", 2)
    return solver


class Asking:
    """A solver that knows some conditions, and is asked about others.

    ``unknowns``: the integers whose values are wanted, by name. ``lowering``: terms of the same arena as
    another question has lowered them.
    """

    def __init__(
        self,
        known: Sequence[Condition],
        unknowns: Mapping[str, Linear],
        budget: int = BUDGET,
        lowering: Lowering | None = None,
    ) -> None:
        self.lowering = Lowering(z3.Const) if lowering is None else lowering
        self._question = Question(budget, self.lowering, _solver())
        self._terms = {name: self.lowering.linear(form) for name, form in unknowns.items()}
        self._question.require(*known)
        self._literals: dict[int, Any] = {}
        self.asked = 0
        """The number of questions so far."""

    def know(self, condition: Condition) -> None:
        """Take it from now on as known that a condition holds."""
        self._question.require(condition)

    def values(self, *conditions: Condition) -> dict[str, int] | None:
        """Values with which all conditions hold together; None where there are none."""
        return self._model() if self._satisfiable(*map(self._literal, conditions)) else None

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
        self.asked += 1
        answer = self._question.solver.check(*assumptions)
        if answer == z3.unknown:
            raise GaveUpError(f"the solver gave up: {why_unknown(self._question.solver)}")
        return bool(answer == z3.sat)

    def _model(self) -> dict[str, int]:
        model = self._question.solver.model()
        return {
            name: int(model.eval(term, model_completion=True).as_long())
            for name, term in self._terms.items()
        }
