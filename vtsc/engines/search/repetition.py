"""Long counterexamples: runs whose middle repeats itself while time stands still.

Some violations take dozens of steps, each turn of a loop adding a little: far beyond a search that tries
every order of calls. Here a run is a beginning, a loop of calls taken a number of times, and an end. What
is found is a violation like any other, replayed and all; that nothing is found says nothing, and a
shorter run may exist.

How many calls each part has is for the machine to say (`Machine.rounds`): there are too many possibilities
to try them all. Where it says nothing, no such run is looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

from vtsc.engines.search.bmc import make_solver
from vtsc.engines.search.canonical import as_found
from vtsc.engines.task import Answer, Finding, Task, unknown
from vtsc.language.machine import Rounds
from vtsc.native.witness import Witness
from vtsc.solver.unroll import Depth, Unrolling
from vtsc.system.detours import undoing_pairs
from vtsc.system.system import System

BUDGET = 100_000_000
"""Z3 resource units that one question may cost; the search stops at the first that exceeds it."""
TURNS = 8
"""The greatest number of times that the loop is taken."""


@dataclass(frozen=True)
class _Form:
    """So many calls to begin, so many in each turn of the loop, so many turns, so many calls to end."""

    beginning: int
    loop: int
    turns: int
    end: int

    @property
    def length(self) -> int:
        """The steps of a run of this form."""
        return self.beginning + self.loop * self.turns + self.end


def _forms(rounds: Sequence[Rounds]) -> list[_Form]:
    """The forms of runs to try, the shortest first."""
    every = (
        _Form(beginning, form.loop, turns, form.end)
        for form in rounds
        for turns in range(1, TURNS + 1)
        for beginning in form.beginnings
    )
    return sorted(every, key=lambda form: form.length)


class _Run:
    """The runs of one form, as constraints."""

    def __init__(self, unrolling: Unrolling, form: _Form) -> None:
        self.unrolling = unrolling
        self.logic = unrolling.logic
        self.constraints: list[Any] = list(unrolling.initial)
        self.depths: list[Depth] = []
        for depth in range(form.length):
            constraints, constants = unrolling.step(depth)
            self.constraints += constraints
            self.constraints += unrolling.facts(depth + 1, stated=True)
            self.depths.append(constants)
        self._repeat(form)
        self._no_detours()

    def _repeat(self, form: _Form) -> None:
        """The loop's calls are the same at every turn, and inputs are 0 from its start to the last step."""
        for depth in range(form.beginning + form.loop, form.length - form.end):
            now, before = self.depths[depth].calls, self.depths[depth - form.loop].calls
            self.constraints += [now[call] == before[call] for call in now]
        for constants in self.depths[form.beginning : -1]:
            words = (x for x in constants.inputs.values() if not z3.is_bool(x))
            self.constraints += [x == 0 for x in words]

    def _no_detours(self) -> None:
        undoing = undoing_pairs(self.unrolling.system)
        for first, second in zip(self.depths[:-2], self.depths[1:-1], strict=True):
            taken = ((first.rules[a], second.rules[b]) for a, b in undoing)
            self.constraints += [z3.Not(z3.And(a, b)) for a, b in taken]

    def hits(self, target: str) -> list[Any]:
        """The constraints that the last step, and none before it, hits the target."""
        return [
            *(z3.Not(d.targets[target]) for d in self.depths[:-1]),
            self.depths[-1].targets[target],
        ]


def repeated(
    system: System, target: str, rounds: Sequence[Rounds], budget: int = BUDGET
) -> Witness | None:
    """A run of one of the forms of ``rounds`` that hits ``target`` at its last step, the shortest first.

    The system's facts must be known to hold of every reachable state. The search
    stops at the first question that exceeds ``budget``.
    """
    if not any(target in rule.targets for rule in system.rules):
        return None
    unrolling = Unrolling(system)
    unrolling.wrapping = set(unrolling.sites)
    for form in _forms(rounds):
        run = _Run(unrolling, form)
        solver = make_solver(system, budget)
        solver.add(*run.constraints, *run.hits(target))
        answer = solver.check()
        if answer == z3.sat:
            return as_found(run, solver.model())
        if answer == z3.unknown:
            return None
    return None


def decide(task: Task) -> Answer:
    """A long run that hits the target, whose middle repeats."""
    if not task.rounds:
        return unknown("the machine does not say what long runs look like")
    witness = repeated(task.settled, task.target, task.rounds)
    if witness is None:
        return unknown("no run whose middle repeats hits it")
    depth = len(witness.calls)
    return Answer(Finding.VIOLATED, depth=depth, witness=witness, shortest=False)
