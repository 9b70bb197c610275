"""A plain solver's second opinion on what a search found impossible.

The search relies on a simplifier, on an older simplex, and on what it has learned depth by depth. Here
a solver with none of that is asked the same, from the first step on: that no target is hit.
"""

from collections.abc import Sequence
from typing import Any

import z3

from vtsc.base.errors import EvidenceError
from vtsc.solver.unroll import Unrolling

BUDGET = 4_000_000
"""Z3 resource units that one depth may cost; how deep that goes is part of the verdict."""


def confirmed(searched: Unrolling, targets: Sequence[str], depth: int, budget: int = BUDGET) -> int:
    """The depth to which a plain solver agrees that none of ``targets`` is hit within the budget.

    ``searched``: what was unrolled, to ``depth``. Raises `EvidenceError` where a target is hit.
    """
    unrolling = Unrolling(searched.system, searched.lowering, searched.symmetry)
    solver = z3.Solver()
    solver.set("rlimit", budget)
    solver.add(*unrolling.initial)
    for k in range(depth):
        step, constants = unrolling.step(k)
        solver.add(*step)
        bad = [constants.targets[name] for name in targets]
        literal: Any = z3.Bool(f"bad@{k}")
        solver.add(z3.Implies(literal, z3.Or(bad)))
        answer = solver.check(literal)
        if answer == z3.sat:
            what = " or ".join(targets)
            raise EvidenceError(f"a plain solver hits {what} within {k + 1} steps")
        if answer == z3.unknown:
            return k
        solver.add(*(z3.Not(b) for b in bad))
    return depth
