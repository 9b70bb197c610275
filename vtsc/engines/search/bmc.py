"""Bounded model checking: the least depth at which each target is hit, with a canonical witness.

One solver serves all targets. At each depth the targets not hit so far are asked for together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from vtsc.engines.search.by_calls import ByCalls
from vtsc.engines.search.canonical import POLISHING, as_found, canonical
from vtsc.engines.search.confirm import confirmed
from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.task import Answer, Finding, Task
from vtsc.language.words import MODULUS
from vtsc.native.witness import Witness
from vtsc.solver.unroll import Depth, Unrolling
from vtsc.symbolic.forms import Quotient, walk
from vtsc.symbolic.values import parts
from vtsc.system.detours import undoing_pairs
from vtsc.system.system import System

BUDGET = 400_000_000
"""Z3 resource units that one question may cost before the answer is unknown."""

FIRST_TRY = 50_000_000
"""Units that one solver may spend on a question with division before it is split by sequences of calls."""


@dataclass
class Search:
    """The findings of a search: hits, targets that no rule can hit, and how deep it got."""

    witnesses: dict[str, Witness] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)
    depth: int = 0
    reason: str = ""
    """Why the search stopped before the depth asked for; empty if it did not."""
    confirmed: int = 0
    """How deep a plain solver agrees that the targets without a witness are not hit."""


def make_solver(system: System, budget: int = BUDGET) -> Any:
    """The solver that searches: linear integers, equations solved away first.

    Z3's older simplex is the faster one, but for systems that divide by other than 2^64.
    """
    solver = z3.SolverFor("QF_LIA")
    solver.set("arith.solver", 6 if divides(system) else 2)
    solver.set("delay_units", True)
    solver = z3.Simplifier("solve-eqs").add(solver)
    solver.set("rlimit", budget)  # a limit set before the simplifier is not kept
    return solver


def divides(system: System) -> bool:
    """Whether some term is a quotient by anything but 2^64."""
    terms = [part for value in system.passing.values() for part in parts(value)]
    for rule in system.rules:
        terms += [rule.condition, *rule.targets.values()]
        terms += [part for value in rule.updates.values() for part in parts(value)]
    return any(isinstance(t, Quotient) and t.divisor != MODULUS for t in walk(terms))


class _Checker:
    """The runs of a system up to a depth, in a solver that answers questions about them."""

    def __init__(self, unrolling: Unrolling, solver: Any, budget: int) -> None:
        self.unrolling = unrolling
        self.solver = solver
        self.budget = budget
        self.logic = unrolling.logic
        self.divided = divides(unrolling.system)
        """Whether questions are of the hard kind, for which `ByCalls` is there."""
        self.depths: list[Depth] = []
        self.undoing = undoing_pairs(unrolling.system) if unrolling.symmetry else []
        self.constraints: list[Any] = list(unrolling.initial)
        """Initial states and steps so far, without what the search has learned."""
        self.loose: list[Any] = list(unrolling.initial)
        """The same with quotients that may be anything."""
        self._by_calls: ByCalls | None = None
        solver.add(*self.constraints)

    def literal(self, name: str, meaning: Any) -> Any:
        """A literal that stands for ``meaning`` where it is assumed."""
        literal = z3.Bool(name)
        implied = z3.Implies(literal, meaning)
        self.solver.add(implied)
        self.constraints.append(implied)
        self.loose.append(implied)
        return literal

    def ask(self, *assumptions: Any, budget: int = BUDGET, first: int = BUDGET) -> Any:
        """The model of a question about runs, or None where there is none; raises `GaveUp`.

        ``first``: what one solver may spend on it before a question of the hard kind is put by
        sequences of calls; where they fail too, it gets the whole budget.
        """
        budget = min(budget, self.budget)
        first = min(budget, first if self.divided else budget)
        if self._by_calls is None:
            try:
                return self.probe(*assumptions, budget=first)
            except GaveUp:
                if not self.divided or budget < self.budget:
                    raise
                self._by_calls = ByCalls(self)
        try:
            return self._by_calls.ask(assumptions, budget)
        except GaveUp:
            if first == budget:
                raise
            return self.probe(*assumptions, budget=budget)

    @property
    def polishing(self) -> int:
        """The budget of a question about a smaller run: less where questions have proved hard."""
        return self.budget if self._by_calls is None else POLISHING

    def probe(self, *assumptions: Any, budget: int) -> Any:
        """The same, by the one solver alone."""
        self.solver.set("rlimit", min(budget, self.budget))
        answer = self.solver.check(*assumptions)
        if answer == z3.unknown:
            raise GaveUp(self.solver.reason_unknown())
        return self.solver.model() if answer == z3.sat else None

    def extend(self, depth: int) -> Depth:
        """Add the step from ``depth``."""
        constraints, constants = self.unrolling.step(depth)
        detours = self._no_detour(depth - 2) if depth >= 2 else []
        constraints += detours
        self.constraints += constraints
        if self.divided:
            self.loose += [*self.unrolling.loose_step(depth), *detours]
        self.solver.add(*self.unrolling.facts(depth + 1, stated=True))
        self.solver.add(*constraints)
        self.depths.append(constants)
        return constants

    def _no_detour(self, depth: int) -> list[Any]:
        """The constraints that the two steps from ``depth``, not the last ones, do not undo each other."""
        first, second = (d.rules for d in self.depths[depth : depth + 2])
        return [z3.Not(z3.And(first[a], second[b])) for a, b in self.undoing]


def search(
    system: System,
    targets: Sequence[str],
    depth: int,
    *,
    budget: int = BUDGET,
    symmetry: bool = True,
    any_witness: Collection[str] = (),
    confirm: bool = False,
) -> Search:
    """Look for each of ``targets`` in runs of up to ``depth`` steps.

    The system's facts must be known to hold of every reachable state; they spare work. Witnesses are
    canonical, but for the targets in ``any_witness``. ``confirm``: ask a plain solver about what is
    not hit to the depth asked for; raises `EvidenceError` where it does not agree.
    """
    found = Search()
    hittable = {name for rule in system.rules for name in rule.targets}
    found.never = set(targets) - hittable
    wanted = [name for name in targets if name in hittable]
    unrolling = Unrolling(system, symmetry=symmetry)
    checker = _Checker(unrolling, make_solver(system, budget), budget)
    try:
        for k in range(depth):
            if not wanted:
                break
            _search_depth(checker, k, wanted, found, any_witness)
            found.depth = k + 1
    except GaveUp as why:
        found.reason = f"solver gave up at depth {found.depth + 1}: {why}"
    if confirm and wanted and not found.reason:
        found.confirmed = confirmed(unrolling, wanted, depth)
    return found


def _search_depth(
    checker: _Checker, k: int, wanted: list[str], found: Search, any_witness: Collection[str]
) -> None:
    hits = checker.extend(k).targets
    while wanted:
        meaning = z3.Or([hits[name] for name in wanted])
        literal = checker.literal(f"any@{k}.{len(wanted)}", meaning)
        model = checker.ask(literal, first=FIRST_TRY)
        if model is None:
            checker.solver.add(*(z3.Not(hits[name]) for name in wanted))
            return
        for name in [n for n in wanted if z3.is_true(model[hits[n]])]:
            wanted.remove(name)
            if name in any_witness:
                found.witnesses[name] = as_found(checker, model)
            else:
                found.witnesses[name] = canonical(checker, name, model)


def decide(task: Task) -> Answer:
    """The shortest run that hits the target, if there is one within the task's depth."""
    target, system = task.target, task.stated(task.known)
    if task.known and divides(system):  # with division, extra facts do not help
        system = task.system
    found = search(system, [target], task.depth, confirm=True)
    if target in found.witnesses:
        witness = found.witnesses[target]
        return Answer(Finding.VIOLATED, depth=len(witness.calls), witness=witness)
    if found.reason:
        return Answer(Finding.OPEN, depth=found.depth, reason=found.reason)
    return Answer(Finding.HOLDS, depth=found.depth, confirmed=found.confirmed)
