"""Hard questions about runs, answered one sequence of calls after the other.

What makes a question hard is division: which call comes when, and what a quotient is, are searched for
together. Here a solver in which a quotient may be any integer proposes the calls, and a fresh one, for
which they are facts to simplify with, says whether a run takes them; where that still costs too much, it
is asked path by path through the functions. What no run takes is ruled out for good. The answer is as
certain as that of one solver for all: what is not proposed is impossible even with loose quotients.
"""

from collections.abc import Callable, Sequence
from typing import Any

import z3

from vtsc.engines.canonical import GaveUp
from vtsc.unroll import Depth

SEQUENCE = 4_000_000
"""Z3 resource units that one sequence of calls may cost before its paths are asked for one by one."""

TRIES = 8
"""How often a question is put, each time with another seed, and with another simplex in turn."""


class ByCalls:
    """The solver that proposes, and what it has learned."""

    def __init__(self, checker: Any) -> None:
        self._checker = checker
        self._loose = z3.SolverFor("QF_LIA")
        self._seen = 0
        self._limit = 0

    def ask(self, assumptions: Sequence[Any], budget: int) -> Any:
        """A model of the checker's constraints with ``assumptions``, or None; raises `GaveUp`.

        ``budget``: resource units for all that it takes.
        """
        self._limit = _spent(self._loose) + budget
        self._loose.add(*self._checker.loose[self._seen :])
        self._seen = len(self._checker.loose)
        self._loose.set("rlimit", budget)

        def sequence(calls: list[Any]) -> Any:
            try:
                return self._exactly([*assumptions, *calls], min(budget, SEQUENCE))
            except GaveUp:
                return self._search([*assumptions, *calls], _rules, path, budget)

        def path(rules: list[Any]) -> Any:
            return self._exactly([*assumptions, *rules], budget)

        return self._search(assumptions, _calls, sequence, budget)

    def _search(
        self,
        assumptions: Sequence[Any],
        choices: Callable[[Depth], list[Any]],
        answer: Callable[[list[Any]], Any],
        budget: int,
    ) -> Any:
        """The first answer to a proposal of one choice a step; None where no proposal is left."""
        while _spent(self._loose) < self._limit:
            found = self._loose.check(*assumptions)
            if found == z3.unsat:
                return None
            if found == z3.unknown:
                raise GaveUp(self._loose.reason_unknown())
            model = self._loose.model()
            every = (literal for depth in self._checker.depths for literal in choices(depth))
            chosen = [literal for literal in every if z3.is_true(model[literal])]
            run = answer(chosen)
            if run is not None:
                return run
            self._loose.add(z3.Not(z3.And(*assumptions, *chosen)))
        raise GaveUp("no answer within the budget for all sequences of calls")

    def _exactly(self, facts: Sequence[Any], budget: int) -> Any:
        """A model of the constraints with ``facts``, or None; raises `GaveUp`.

        How long an answer takes is a matter of luck, with a long tail: it is tried several times.
        """
        reason = ""
        for seed in range(TRIES):
            solver = z3.SolverFor("QF_LIA")
            solver.set("rlimit", budget // TRIES)
            solver.set("random_seed", seed)
            solver.set("arith.solver", 2 if seed % 2 else 6)
            solver.add(*self._checker.constraints, *facts)
            found = solver.check()
            if found != z3.unknown:
                return solver.model() if found == z3.sat else None
            reason = solver.reason_unknown()
        raise GaveUp(reason)


def _spent(solver: Any) -> int:
    """Resource units that Z3 has used so far, in all solvers together."""
    counts = (value for key, value in solver.statistics() if key == "rlimit count")
    return int(next(counts, 0))


def _calls(depth: Depth) -> list[Any]:
    return list(depth.calls.values())


def _rules(depth: Depth) -> list[Any]:
    return depth.rules
