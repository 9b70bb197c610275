"""Bounded model checking: the least depth at which each target is hit, with a canonical witness.

One solver serves all targets. At each depth the targets not hit so far are asked for together; where a system
divides, the sites of wrapping are settled before (see `vtsc.solver.unroll`).
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
from vtsc.native.witness import Witness
from vtsc.solver.unroll import Depth, Unrolling, divides
from vtsc.system.detours import undoing_pairs
from vtsc.system.system import System

BUDGET = 400_000_000
"""Z3 resource units that one question may cost before the answer is unknown."""

FIRST_TRY = 50_000_000
"""Units that one solver may spend on a question with division before it is split by sequences of calls."""

WRAP_QUESTION = 20_000_000
"""Units that a question whether a site can wrap may cost."""

LEMMA_WRAP_QUESTION = 2_000_000
"""Units that a question which sites the lemmas alone rule out may cost."""


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


class _Checker:
    """The runs of a system up to a depth, in a solver that answers questions about them."""

    def __init__(self, unrolling: Unrolling, solver: Any, budget: int) -> None:
        self.unrolling = unrolling
        self.solver = solver
        self.budget = budget
        self.logic = unrolling.logic
        self.divided = unrolling.lowering.wraps and divides(unrolling.system)
        """Whether questions are of the hard kind, for which `ByCalls` is there."""
        self.depths: list[Depth] = []
        self.wrapping: list[frozenset[int]] = []
        """For each depth the sites that may wrap; the others are taken not to."""
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

    def settle_by_lemmas(self) -> None:
        """Find the sites that wrap in no step from a state in which the system's lemmas hold."""
        unrolling = self.unrolling
        solver = z3.SolverFor("QF_LIA")
        solver.set("rlimit", LEMMA_WRAP_QUESTION)
        solver.add(*unrolling.facts(0))
        passing, conditions = unrolling.wraps(0)
        solver.add(*passing)
        while conditions:
            literal = z3.Bool(f"wraps.{len(conditions)}")
            solver.add(z3.Implies(literal, z3.Or(list(conditions.values()))))
            answer = solver.check(literal)
            if answer == z3.unsat:
                break
            may = set(conditions)
            if answer == z3.sat:
                model = solver.model()
                may = {s for s, c in conditions.items() if z3.is_true(model.eval(c, True))}
            unrolling.wrapping |= may
            _, conditions = unrolling.wraps(0)
        unrolling.settled = set(conditions)
        unrolling.wrapping = set()

    def settle_wrapping(self, depth: int) -> None:
        """Find the sites that may wrap in the step from ``depth``; refute it for the others."""
        passing, conditions = self.unrolling.wraps(depth)
        if not conditions:
            return
        self.solver.add(*passing)
        while conditions:
            literal = z3.Bool(f"wraps@{depth}.{len(conditions)}")
            self.solver.add(z3.Implies(literal, z3.Or(list(conditions.values()))))
            may = set(conditions)
            try:
                model = self.probe(literal, budget=WRAP_QUESTION if self.divided else self.budget)
            except GaveUp:
                if not self.divided:
                    raise
                model = None  # not worth more: each site may wrap for all we know
                self._by_calls = self._by_calls or ByCalls(self)
            else:
                if model is None:
                    self.solver.add(*(z3.Not(c) for c in conditions.values()))
                    return
                may = {s for s, c in conditions.items() if z3.is_true(model.eval(c, True))}
            self.unrolling.wrapping |= may
            _, conditions = self.unrolling.wraps(depth)

    def extend(self, depth: int) -> Depth:
        """Add the step from ``depth``."""
        constraints, constants = self.unrolling.step(depth)
        self.wrapping.append(frozenset(self.unrolling.wrapping))
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
    if system.facts and unrolling.sites:
        checker.settle_by_lemmas()
    try:
        for k in range(depth):
            if not wanted:
                break
            _search_depth(checker, k, wanted, found, any_witness)
            found.depth = k + 1
    except GaveUp as why:
        found.reason = f"solver gave up at depth {found.depth + 1}: {why}"
    if confirm and wanted and not found.reason:
        found.confirmed = confirmed(unrolling, checker.wrapping, wanted)
    return found


def _search_depth(
    checker: _Checker, k: int, wanted: list[str], found: Search, any_witness: Collection[str]
) -> None:
    checker.settle_wrapping(k)
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
