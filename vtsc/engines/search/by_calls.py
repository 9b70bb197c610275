"""Hard questions about runs, answered one sequence of calls after the other.

What makes a question hard is division: which call comes when, and what a quotient is, are searched for
together. Here a solver in which a quotient may be any integer proposes the calls, and a fresh one, for
which they are facts to simplify with, says whether a run takes them. Where that still costs too much, it
waits until all others are answered, and is asked path by path through the functions. What no run takes is
ruled out for good. The answer is as certain as that of one solver for all: what is not proposed is
impossible even with loose quotients.
"""

from collections.abc import Callable, Sequence
from typing import Any

import z3

from vtsc.engines.search.gave_up import GaveUp
from vtsc.solver.unroll import Depth

QUICK = 8_000_000
"""Z3 resource units that a sequence of calls, or a path, may cost before it is put off until all others
are answered."""

PROPOSING = 2_000_000
"""The same for a proposal at the first try; each further one may cost twice as much."""

TRIES = 8
"""How often a question is put, each time with another seed, and with another simplex in turn."""


class ByCalls:
    """The solver that proposes, and what it has learned."""

    def __init__(self, checker: Any) -> None:
        self._checker = checker
        self._loose = z3.SolverFor("QF_LIA")
        self._seen = 0
        self._limit = 0
        self._searches = 0

    def ask(self, assumptions: Sequence[Any], budget: int) -> Any:
        """A model of the checker's constraints with ``assumptions``, or None; raises `GaveUp`.

        ``budget``: resource units for all that it takes.
        """
        self._limit = _spent(self._loose) + budget
        self._loose.add(*self._checker.loose[self._seen :])
        self._seen = len(self._checker.loose)

        def quickly(chosen: list[Any]) -> Any:
            return self._exactly(chosen, min(budget, QUICK))

        def by_paths(calls: list[Any]) -> Any:
            return self._search(calls, _rules, quickly, lambda path: self._exactly(path, budget))

        return self._search(list(assumptions), _calls, quickly, by_paths)

    def _search(
        self,
        assumptions: list[Any],
        choices: Callable[[Depth], list[Any]],
        quickly: Callable[[list[Any]], Any],
        thoroughly: Callable[[list[Any]], Any],
    ) -> Any:
        """The first answer to a proposal of one choice a step; None where no proposal is left."""
        self._searches += 1
        undecided = z3.Bool(f"undecided.{self._searches}")
        later = []
        while (model := self._proposal([*assumptions, undecided])) is not None:
            self._afford()
            every = (literal for depth in self._checker.depths for literal in choices(depth))
            facts = [*assumptions, *(literal for literal in every if z3.is_true(model[literal]))]
            none = z3.Not(z3.And(facts))
            try:
                run = quickly(facts)
            except GaveUp:
                later.append(facts)
                self._loose.add(z3.Implies(undecided, none))
            else:
                if run is not None:
                    return run
                self._loose.add(none)
        for facts in later:
            self._afford()
            run = thoroughly(facts)
            if run is not None:
                return run
        return None

    def _afford(self) -> None:
        if _spent(self._loose) > self._limit:
            raise GaveUp("no answer within the budget for all sequences of calls")

    def _proposal(self, assumptions: Sequence[Any]) -> Any:
        """A model with loose quotients, or None; raises `GaveUp`. From a fresh solver where one is stuck."""
        reason = ""
        for seed in range(1, TRIES + 1):
            self._loose.set("rlimit", PROPOSING << seed - 1)
            found = self._loose.check(*assumptions)
            if found != z3.unknown:
                return self._loose.model() if found == z3.sat else None
            reason = self._loose.reason_unknown()
            stuck, self._loose = self._loose, z3.SolverFor("QF_LIA")
            self._loose.set("random_seed", seed)
            self._loose.add(*stuck.assertions())
        raise GaveUp(reason)

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
