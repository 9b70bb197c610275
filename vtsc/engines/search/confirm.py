"""A plain solver's second opinion on what a search found impossible.

The search relies on a simplifier, on an older simplex, and on what it has learned depth by depth. Here
a solver with none of that is asked the same, from the first step on: that no target is hit, and that
no site wraps which the search took not to.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import z3

from vtsc.base.errors import EvidenceError
from vtsc.solver.unroll import Unrolling

BUDGET = 4_000_000
"""Z3 resource units that one depth may cost; how deep that goes is part of the verdict."""


def confirmed(
    searched: Unrolling,
    wrapping: Iterable[frozenset[int]],
    targets: Sequence[str],
    budget: int = BUDGET,
) -> int:
    """The depth to which a plain solver agrees that none of ``targets`` is hit within the budget.

    ``searched``: what was unrolled; ``wrapping``: for each depth the sites that it lets wrap.
    Raises `EvidenceError` where a target is hit, or another site wraps.
    """
    unrolling = Unrolling(searched.system, searched.lowering, searched.symmetry)
    depth = 0
    solver = z3.Solver()
    solver.set("rlimit", budget)
    solver.add(*unrolling.initial)
    for k, sites in enumerate(wrapping):
        unrolling.wrapping = set(sites)
        step, constants = unrolling.step(k)
        passing, wraps = unrolling.wraps(k)
        solver.add(*step, *passing)
        bad = [*(constants.targets[name] for name in targets), *wraps.values()]
        literal: Any = z3.Bool(f"bad@{k}")
        solver.add(z3.Implies(literal, z3.Or(bad)))
        answer = solver.check(literal)
        if answer == z3.sat:
            what = " or ".join([*targets, "a wrap that was left out"])
            raise EvidenceError(f"a plain solver hits {what} within {k + 1} steps")
        if answer == z3.unknown:
            break
        depth = k + 1
        solver.add(*(z3.Not(b) for b in bad))
    return depth
