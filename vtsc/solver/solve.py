"""Solves questions that are SMT-LIB texts, with a plain Z3 that has seen nothing else."""

from collections.abc import Mapping
from typing import Any

from vtsc.base.errors import EvidenceError
from vtsc.solver.memory import ran_out

BUDGET = 400_000_000
"""Z3 resource units that re-checking one question may cost."""


class UnsettledError(EvidenceError):
    """A question that the solver has answered neither way within its budget: nothing is shown to be wrong."""


_unused: list[Any] = []
"""Contexts in which nothing has been asked yet."""


def make_ready(contexts: int) -> None:
    """Make so many contexts for processes that will be forked, none of which has to make them then."""
    import z3

    _unused.extend(z3.Context() for _ in range(contexts))


def solve(questions: Mapping[str, str], budget: int = BUDGET) -> None:
    """Check that each question is unsatisfiable, by a plain Z3 that knows nothing of the others.

    ``budget``: Z3 resource units that each may cost. Raises `EvidenceError` naming the first that is not,
    as `UnsettledError` where there is no answer, and `MemoryError` where the solver runs out of memory.
    """
    import z3

    from vtsc.solver.units import check, within

    context = _unused.pop() if _unused else z3.Context()
    for name, text in questions.items():
        solver = z3.Solver(ctx=context)
        solver.set("rlimit", within(budget))
        try:
            solver.from_string(text)
        except z3.Z3Exception as error:
            if ran_out(error):
                raise MemoryError from None
            raise EvidenceError(f"{name}.smt2 is not SMT-LIB") from None
        answer = check(solver)
        if answer == z3.unknown and ran_out(solver.reason_unknown()):
            raise MemoryError
        if answer == z3.unknown:
            raise UnsettledError(f"{name}.smt2 is unknown, not unsat")
        if answer != z3.unsat:
            raise EvidenceError(f"{name}.smt2 is {answer}, not unsat")
