"""One question about several depths: whether any run of so many steps hits a target.

All runs end at the same depth, and may begin at any of several: a step before the beginning is free, and the
state at the beginning is an initial one. The question costs about as much as the one about the last depth
alone, and there is one instead of many. It does not say how short a run is that hits a target.
"""

from collections.abc import Sequence
from typing import Any

import z3

from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.runs import Runs, make_solver
from vtsc.solver.expressions import every, implies, opposite, require, some
from vtsc.solver.units import check
from vtsc.solver.unroll import Depth


def is_hit_by_none(
    runs: Runs, targets: Sequence[str], shortest: int, longest: int, budget: int
) -> bool:
    """Whether no run of ``shortest`` to ``longest`` steps hits any of ``targets`` in its last step.

    Raises `GaveUp` where the solver does not know after ``budget`` units. ``runs`` must be of a system that
    divides by nothing but 2^64.
    """
    unrolling = runs.unrolling
    solver = make_solver(runs.logic, budget)
    latest = longest - shortest
    begun = [z3.Bool(f"begun@{depth}") for depth in range(latest + 1)]
    """Whether the run has begun at a depth or before it."""
    require(solver, [begun[latest], *map(implies, begun, begun[1:])])
    for depth, already in enumerate(begun):
        begins = already if depth == 0 else every([already, opposite(begun[depth - 1])])
        require(solver, (implies(begins, x) for x in unrolling.beginning(depth)))
    steps: list[Depth] = []
    for depth in range(longest):
        constraints, constants = unrolling.step(depth)
        steps.append(constants)
        require(solver, _once(begun, depth, constraints))
        if depth >= 2:
            require(solver, _once(begun, depth - 2, runs.needless(*steps[-3:-1])))
        require(solver, unrolling.facts(depth + 1, stated=True))
    solver.add(some([steps[-1].targets[name] for name in targets]))
    answer = check(solver)
    if answer == z3.unknown:
        raise GaveUp.by(solver)
    return bool(answer == z3.unsat)


def _once(begun: Sequence[Any], depth: int, constraints: Sequence[Any]) -> list[Any]:
    """Constraints on the steps from ``depth`` on, which hold once the run has begun there."""
    return (
        [implies(begun[depth], x) for x in constraints]
        if depth < len(begun) - 1
        else [*constraints]
    )
