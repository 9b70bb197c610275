"""Feasibility of paths: exploration asks a solver whether conditions can hold together."""

from collections.abc import Callable, Sequence
from typing import Any

import z3

from vtsc.base.errors import COSTLY, UnendingError
from vtsc.solver.expressions import require
from vtsc.solver.integers import Lowering
from vtsc.solver.units import keep_to_budget, spent
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.independence import Links
from vtsc.symbolic.terms import Arena

SELDOM = 64
"""The number of questions between two looks at what they have cost."""


class SolverFeasibility:
    """Feasibility of paths by Z3 over the integers; answers are remembered.

    ``budget``: Z3 resource units that all questions together may cost; beyond it, `UnendingError` is raised.
    """

    def __init__(self, arena: Arena, budget: int | None = None) -> None:
        self._budget = budget
        self._before = spent()
        self._lowering = Lowering(self._constant)
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("rlimit", 200_000)
        self._asserted = 0
        self._ranged = 0
        self._answers: dict[tuple[int, ...], bool] = {}
        self._links = Links()
        self._known: list[Condition] = []

    @staticmethod
    def _constant(name: str, sort: Any) -> Any:
        return z3.Const(name, sort)

    def possible(self, conditions: Any) -> bool:
        """Whether all conditions can hold together; yes when Z3 gives up."""
        key = tuple(sorted(c.id for c in conditions))
        answer = self._answers.get(key)
        if answer is None:
            self._keep_to_budget()
            lowered = [self._lowering.condition(c) for c in conditions]
            self._catch_up()
            self._solver.push()
            require(self._solver, lowered)
            answer = self._solver.check() != z3.unsat
            self._solver.pop()
            self._answers[key] = answer
        return answer

    def extends(self, facts: Sequence[Condition], condition: Condition) -> bool:
        """Whether ``condition`` can hold with ``facts``, which can hold together; yes when Z3 gives up."""
        linked = self._links.linked(condition, [*self._known, *facts])
        alone = len(linked) == 1
        return (alone and self._links.holds_somewhere(condition)) or self.possible(linked)

    def assume(self, conditions: Sequence[Condition]) -> None:
        """Take it from now on as known that ``conditions`` hold."""
        self._known += conditions
        known = [self._lowering.condition(c) for c in conditions]
        self._catch_up()
        require(self._solver, known)
        self._answers.clear()

    def _keep_to_budget(self) -> None:
        """Raise `UnendingError` beyond the budget, which is looked at from time to time."""
        if len(self._answers) % SELDOM:
            return
        keep_to_budget()
        if self._budget is not None and spent() - self._before > self._budget:
            raise UnendingError(f"{COSTLY} {self._budget} units of the solver")

    def _catch_up(self) -> None:
        """Assert what has been defined since the last question."""
        require(self._solver, self._lowering.definitions[self._asserted :])
        self._asserted = len(self._lowering.definitions)
        ranges = list(self._lowering.ranges.values())
        require(self._solver, ranges[self._ranged :])
        self._ranged = len(ranges)


def knowing(arena: Arena, conditions: Sequence[Condition]) -> Callable[[Any], bool]:
    """Feasibility by a solver that takes some conditions as known."""
    solver = SolverFeasibility(arena)
    solver.assume(conditions)
    return solver.possible
