"""The step of a run from which on it can no longer be saved: whatever follows, its last call hits the target.

The run is followed to some step, and is then free: any calls, inputs and times. The question is whether its
last call, when it is next taken within the steps that are left, can ever miss the target.
"""

from dataclasses import dataclass
from typing import Any

import z3

from vtsc.engines.search.canonical import as_found
from vtsc.engines.search.runs import with_values
from vtsc.native.witness import Witness
from vtsc.solver.expressions import every, implies, opposite, some
from vtsc.solver.unroll import Depth, Unrolling
from vtsc.system.system import System

BUDGET = 20_000_000
"""Z3 resource units that one step's question may cost."""


@dataclass(frozen=True)
class Inevitable:
    """From which step on a run's violation cannot be avoided."""

    steps: int
    """The least number of steps of the run after which its last call, when it is next taken in the steps that
    are left, cannot but hit the target; 0 says that this is so from the start."""
    way_out: Witness | None
    """A run that is the same up to the step before, and whose last call misses; None where ``steps`` is 0."""


@dataclass(frozen=True)
class _Unrolled:
    """Steps from the start, as `as_found` reads them."""

    unrolling: Unrolling
    depths: list[Depth]


def inevitable(system: System, target: str, run: Witness) -> Inevitable | None:
    """From which step on ``run`` cannot but hit ``target``.

    None where a question was given up, or where the system does not have the run.
    """
    unrolling = Unrolling(system, symmetry=False)
    solver = z3.SolverFor(unrolling.logic)
    solver.set("rlimit", BUDGET)
    solver.add(*unrolling.initial)
    depths: list[Depth] = []
    for number in range(len(run.calls)):
        step, constants = unrolling.step(number)
        solver.add(*step)
        depths.append(constants)
    as_run = _followed(solver, unrolling, depths, run)
    if solver.check(*as_run, depths[-1].targets[target]) != z3.sat:
        return None
    saved = _saved(solver, depths, run, target)
    for taken in range(len(run.calls) - 1, -1, -1):
        answer = solver.check(*as_run[: taken + 1], saved[taken])
        if answer == z3.unknown:
            return None
        if answer == z3.sat:
            model, last = solver.model(), run.calls[-1]
            ends = range(taken, len(depths))
            end = next(n for n in ends if z3.is_true(model[depths[n].calls[last]]))
            found = as_found(_Unrolled(unrolling, depths[: end + 1]), model)
            return Inevitable(taken + 1, found)
    return Inevitable(0, None)


def _followed(solver: Any, unrolling: Unrolling, depths: list[Depth], run: Witness) -> list[Any]:
    """A literal for the start and for each step, which says that it is as in the run."""
    literals = [z3.Bool("as_run@start")]
    solver.add(implies(literals[0], every(with_values(unrolling.initial_inputs, run.initial))))
    for number, (depth, call, given) in enumerate(zip(depths, run.calls, run.inputs, strict=True)):
        literals.append(z3.Bool(f"as_run@{number}"))
        meaning = every([depth.calls[call], *with_values(depth.inputs, given)])
        solver.add(implies(literals[-1], meaning))
    return literals


def _saved(solver: Any, depths: list[Depth], run: Witness, target: str) -> list[Any]:
    """A literal for each number of steps, which says that the last call is next taken later and misses."""
    last, literals = run.calls[-1], []
    for taken in range(len(depths)):
        ends = []
        for end in range(taken, len(depths)):
            before = [opposite(depth.calls[last]) for depth in depths[taken:end]]
            missed = [depths[end].calls[last], opposite(depths[end].targets[target])]
            ends.append(every([*before, *missed]))
        literals.append(z3.Bool(f"saved@{taken}"))
        solver.add(implies(literals[-1], some(ends)))
    return literals
