"""A question made of conditions, put to a solver of its own."""

from typing import Any

import z3

from vtsc.solver.expressions import require
from vtsc.solver.integers import Lowering
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.values import Index


class Question:
    """An incremental solver for conditions, each lowered once.

    ``lowering``: one that has lowered terms of the same arena before, for another question. ``solver``:
    the one to use, by default Z3's usual one for linear integers.
    """

    def __init__(
        self, budget: int, lowering: Lowering | None = None, solver: Any | None = None
    ) -> None:
        self._low = Lowering(z3.Const) if lowering is None else lowering
        self._defined = 0
        self._ranged = 0
        self.solver: Any = z3.SolverFor("QF_LIA") if solver is None else solver
        self.solver.set("rlimit", budget)

    def lowered(self, condition: Condition) -> Any:
        """A condition for the solver; the definitions and ranges of what it contains are asserted."""
        lowered = self._low.condition(condition)
        require(self.solver, self._low.definitions[self._defined :])
        self._defined = len(self._low.definitions)
        require(self.solver, list(self._low.ranges.values())[self._ranged :])
        self._ranged = len(self._low.ranges)
        return lowered

    def term(self, value: Any) -> Any:
        """A word's expression; its range is asserted."""
        expression = self._low.value(value)
        self.lowered(value.arena.true)
        return expression

    def require(self, *conditions: Condition) -> None:
        """Assert conditions."""
        for condition in conditions:
            require(self.solver, [self.lowered(condition)])

    def value(self, model: Any, value: Any) -> int | bool:
        """A field's value in a model."""
        if isinstance(value, Index):
            members = value.members.items()
            return next(i for i, c in members if z3.is_true(model.eval(self.lowered(c), True)))
        found = model.eval(self._low.value(value), True)
        if z3.is_bool(found):
            return bool(z3.is_true(found))
        return int(found.as_long())
