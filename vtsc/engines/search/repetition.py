"""Long counterexamples: runs whose middle repeats itself while time stands still.

Some violations need dozens of steps, because each turn of a loop adds only a little; a search of
every order of calls does not get that far. Here a run is a beginning, a loop of calls taken several
times, and an end. A run that is found is replayed like any other, but a shorter one may exist. If
none is found, nothing follows from that.

The machine says how many calls each part has (`Machine.rounds`), since there are too many
possibilities to try them all. If it does not say, no such run is searched for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

from vtsc.engines.search.canonical import as_found
from vtsc.engines.task import Answer, Finding, Task, unknown
from vtsc.language.machine import Rounds
from vtsc.native.witness import Witness
from vtsc.solver.units import check, spent, within
from vtsc.solver.unroll import Depth, Unrolling
from vtsc.system.detours import undoing_pairs
from vtsc.system.system import System

BUDGET = 100_000_000
"""Z3 resource units that one question may cost."""
IN_ALL = 250_000_000
"""The units after which no further question is asked."""
TURNS = 8
"""The greatest number of times that the loop is taken."""


@dataclass(frozen=True)
class _Form:
    """The numbers of calls before the loop, in each of its turns and after it, and the number of turns."""

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
        """Require the same calls in every turn, and least inputs from the loop to the last step but one."""
        for depth in range(form.beginning + form.loop, form.length - form.end):
            now, before = self.depths[depth].calls, self.depths[depth - form.loop].calls
            self.constraints += [now[call] == before[call] for call in now]
        least = self.unrolling.system.inputs.words
        for constants in self.depths[form.beginning : -1]:
            words = ((least.get(n, 0), x) for n, x in constants.inputs.items() if not z3.is_bool(x))
            self.constraints += [x == value for value, x in words]

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


def repeated(system: System, target: str, rounds: Sequence[Rounds]) -> Witness | None:
    """A run of one of the forms of ``rounds`` that hits ``target`` at its last step; None if none is found.

    Shorter forms are tried first, and the search stops once it has cost `IN_ALL` units. The
    system's facts must be known to hold of every reachable state.
    """
    if not any(target in rule.targets for rule in system.rules):
        return None
    unrolling, began = Unrolling(system), spent()
    for form in _forms(rounds):
        run = _Run(unrolling, form)
        solver = _solver()
        solver.add(*run.constraints, *run.hits(target))
        answer = check(solver)
        if answer == z3.sat:
            return as_found(run, solver.model())
        if spent() - began > IN_ALL:
            return None
    return None


def _solver() -> Any:
    """A solver for linear integers by the older simplex, which solves equations away first."""
    solver = z3.SolverFor("QF_LIA")
    solver.set("arith.solver", 2)
    solver.set("delay_units", True)
    solver = z3.Simplifier("solve-eqs").add(solver)
    solver.set("rlimit", within(BUDGET))  # a limit set before the simplifier is not kept
    return solver


def decide(task: Task) -> Answer:
    """Answer with a run whose middle repeats and that hits the target; open where none is found."""
    if not task.rounds:
        return unknown("the machine does not say what long runs look like")
    witness = repeated(task.settled, task.target, task.rounds)
    if witness is None:
        return unknown("no run whose middle repeats hits it")
    depth = len(witness.calls)
    return Answer(Finding.VIOLATED, depth=depth, witness=witness, shortest=False)
