"""A plain solver's second opinion on the targets that a search could not hit.

The search uses Z3's older simplex, leaves out runs that take a detour, asks over rationals where a system
divides, and relies on what it learned at smaller depths. Here a plain solver is asked over integers, from
the first step on, whether a target is hit.
"""

from collections.abc import Sequence
from typing import Any

import z3

from vtsc.base.errors import EvidenceError
from vtsc.solver.units import check
from vtsc.solver.unroll import Unrolling
from vtsc.system.system import System

BUDGET = 4_000_000
"""Z3 resource units that one depth may cost; the depth that is reached so is part of the verdict."""


def confirmed(
    system: System,
    targets: Sequence[str],
    depth: int,
    symmetry: bool = True,
) -> int:
    """The depth, at most ``depth``, to which a plain solver agrees that none of ``targets`` is hit.

    Raises `EvidenceError` where it finds a run that hits one.
    """
    unrolling = Unrolling(system, symmetry=symmetry)
    solver = z3.Solver()
    solver.set("rlimit", BUDGET)
    solver.add(*unrolling.initial)
    for k in range(depth):
        step, constants = unrolling.step(k)
        solver.add(*step)
        bad = [constants.targets[name] for name in targets]
        literal: Any = z3.Bool(f"bad@{k}")
        solver.add(z3.Implies(literal, z3.Or(bad)))
        answer = check(solver, literal)
        if answer == z3.sat:
            raise EvidenceError(f"a plain solver hits {' or '.join(targets)} within {k + 1} steps")
        if answer == z3.unknown:
            return k
        solver.add(*(z3.Not(b) for b in bad))
    return depth
