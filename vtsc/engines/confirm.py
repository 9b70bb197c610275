"""What a search found impossible, asked again of a plain solver.

The search relies on a simplifier, on an older simplex, and on what it has learned depth by depth. Here
a solver with none of that is asked the same, from the first step on: that no target is hit, and that
no site wraps which the search took not to.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import z3

from vtsc.errors import EvidenceError
from vtsc.unroll import Unrolling

if TYPE_CHECKING:
    from vtsc.engines.bmc import _Checker

BUDGET = 4_000_000
"""Z3 resource units that one depth may cost; how deep that goes is part of the verdict."""


def confirmed(checker: "_Checker", targets: Sequence[str], budget: int = BUDGET) -> int:
    """The depth to which a plain solver agrees that none of ``targets`` is hit within the budget.

    Raises `EvidenceError` where it does not agree.
    """
    own = checker.unrolling
    unrolling = Unrolling(own.system, own.lowering, own.symmetry)
    solver = z3.Solver()
    solver.set("rlimit", budget)
    solver.add(*unrolling.initial)
    for k, wrapping in enumerate(checker.wrapping):
        unrolling.wrapping = set(wrapping)
        step, constants = unrolling.step(k)
        passing, wraps = unrolling.wraps(k)
        solver.add(*step, *passing)
        bad = [*(constants.targets[name] for name in targets), *wraps.values()]
        literal: Any = z3.Bool(f"bad@{k}")
        solver.add(z3.Implies(literal, z3.Or(bad)))
        answer = solver.check(literal)
        if answer == z3.sat:
            raise EvidenceError(f"a plain solver hits {' or '.join(targets)} within {k + 1} steps")
        if answer == z3.unknown:
            return k
        solver.add(*(z3.Not(b) for b in bad))
    return len(checker.wrapping)
