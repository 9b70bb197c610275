"""Questions about the runs of a system up to a depth, in one solver that knows all steps so far.

Where all quotients are by 2^64, questions are asked over the integers. Where a system divides by anything
else, a question is far easier over the rationals, and what is impossible there is impossible over the
integers. A model over the rationals proposes a call for each step, and a fresh solver over the
integers, which can simplify with these calls as facts, says whether a run takes them. A proposal
that costs too much is put off until all others are answered, and is then asked for each path
through the functions. Calls that no run takes are ruled out in all later questions.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import z3

from vtsc.engines.search.gave_up import GaveUp
from vtsc.native.witness import Inputs, Witness
from vtsc.solver.expressions import every, implies, opposite, require, some
from vtsc.solver.integers import RationalLowering
from vtsc.solver.units import check, spent, within
from vtsc.solver.unroll import Depth, Unrolling, divides
from vtsc.system.detours import undoing_pairs
from vtsc.system.order import NONE, order
from vtsc.system.system import System

BUDGET = 400_000_000
"""Z3 resource units that one question may cost before the answer is unknown."""

QUICK = 10_000_000
"""Units that each try at a proposal may cost before it is put off until all others are answered."""

TRIES = 3
"""The number of tries at a proposal, each with another seed, since solving times have a long tail."""

LEFT_OPEN, LOOSE = 2, 6_000_000
"""The number of first choices of a proposal that are left open at first, and the units for that."""

TAKING = 20_000_000
"""Units that the question may cost whether a run that was found before is one."""

GIVEN = 1_000_000
"""Units that the question may cost whether a proposal is a run with the very inputs of its model."""

POLISHING, ORDERING = 5_000_000, 40_000_000
"""Units that the questions whether an input and whether the calls can be less may cost where a system divides
by anything but 2^64."""


class Runs:
    """The runs of a system, and answers to questions about them."""

    def __init__(self, system: System, budget: int = BUDGET, symmetry: bool = True) -> None:
        self.unrolling = Unrolling(system, symmetry=symmetry)
        self.budget = budget
        self.logic = self.unrolling.logic
        self.divides = divides(system)
        self.polishing, self.ordering = (POLISHING, ORDERING) if self.divides else (budget, budget)
        self.depths: list[Depth] = []
        self.constraints: list[Any] = list(self.unrolling.initial)
        """Initial states and steps so far over the integers, and what literals stand for."""
        self._proposing = (
            Unrolling(system, RationalLowering, symmetry) if self.divides else self.unrolling
        )
        self._proposer = make_solver(self._proposing.logic, budget)
        """Proposes runs over the rationals, or finds them over the integers."""
        self._proposer.add(*self._proposing.initial)
        self._undoing = undoing_pairs(system) if symmetry else []
        self._order = order(system) if symmetry else NONE
        self._proposed: list[Depth] = []
        """The steps so far as the proposing solver knows them."""
        self._searches = 0
        self._limit = 0

    def extend(self) -> Depth:
        """Add a step to the runs, and return its constants."""
        depth = len(self.depths)
        exact, constants = self.unrolling.step(depth)
        proposed, theirs = self._proposing.step(depth) if self.divides else (exact, constants)
        self.depths.append(constants)
        self._proposed.append(theirs)
        detours = self.needless(*self.depths[-3:-1]) if depth >= 2 else []
        self.constraints += [*exact, *detours]
        said = self._proposing.facts(depth + 1, stated=True)
        require(self._proposer, (*said, *proposed, *detours))
        return constants

    def needless(self, one: Depth, next_one: Depth) -> list[Any]:
        """The constraints that exclude a detour, and a wrong order, of two steps that follow each other.

        Neither of these may be the last step of a run.
        """
        first, second = one.rules, next_one.rules
        found = [opposite(every([first[a], second[b]])) for a, b in self._undoing]
        found += [
            implies(first[a], opposite(some([second[b] for b in bs])))
            for a, bs in self._order.never
        ]
        if not self.divides:  # where it divides, the proposer has inputs of its own
            inputs = next_one.inputs
            still = [self.unrolling.at_most(inputs[x], 0) for x in self._order.time if x in inputs]
            found += [
                implies(every([first[a], *still]), opposite(some([second[b] for b in bs])))
                for a, bs in self._order.at_once
            ]
        return found

    def literal(self, name: str, meaning: Any, proposed: Any = None) -> Any:
        """A literal of that name that implies ``meaning``, to be assumed in questions.

        ``proposed``: the meaning for the solver that proposes runs, where it is about words.
        """
        literal = z3.Bool(name)
        implied = implies(literal, meaning)
        self._proposer.add(implied if proposed is None else implies(literal, proposed))
        self.constraints.append(implied)
        return literal

    def rule_out(self, *literals: Any) -> None:
        """Assert that no run makes any of the literals true, as an answer has shown."""
        self._proposer.add(*map(opposite, literals))

    def ask(self, *assumptions: Any, budget: int = BUDGET) -> Any:
        """A model of the runs with ``assumptions``, or None where there is none; raises `GaveUp`.

        The assumptions are literals. ``budget``: Z3 resource units for the whole question.
        """
        budget = min(budget, self.budget)
        if not self.divides:
            return self.propose(*assumptions, budget=budget)
        self._limit = spent() + budget

        def by_paths(calls: list[Any]) -> Any:
            return self._search(calls, _rules, lambda path: self._exactly(path, budget))

        return self._search(list(assumptions), _calls, by_paths)

    def _search(
        self,
        assumptions: list[Any],
        choices: Callable[[Depth], list[Any]],
        thoroughly: Callable[[list[Any]], Any],
    ) -> Any:
        """A model of the first proposal that some run takes; None where no proposal is left.

        A proposal has one of the ``choices`` for each step; ``thoroughly`` answers one that was put off.
        """
        self._searches += 1
        undecided = z3.Bool(f"undecided.{self._searches}")
        later = []
        while (model := self._proposal([*assumptions, undecided])) is not None:
            literals = (literal for depth in self.depths for literal in choices(depth))
            chosen = [x for x in literals if z3.is_true(model[x])]
            run = self._as_proposed([*assumptions, *chosen], model)
            if run is not None:
                return run
            try:
                run, facts = self._quickly(assumptions, chosen)
            except GaveUp:
                facts = [*assumptions, *chosen]
                later.append(facts)
                self._proposer.add(implies(undecided, opposite(every(facts))))
            else:
                if run is not None:
                    return run
                self._proposer.add(opposite(every(facts)))
        for facts in later:
            run = thoroughly(facts)
            if run is not None:
                return run
        return None

    def _as_proposed(self, facts: Sequence[Any], model: Any) -> Any:
        """The run of a proposal with the very inputs of its model, rounded down; None if it is none."""
        inputs = []
        for ours, theirs in zip(self.depths, self._proposed, strict=True):
            for name, constant in ours.inputs.items():
                value = model.eval(theirs.inputs[name], True)
                if z3.is_bool(constant):
                    inputs.append(constant if z3.is_true(value) else opposite(constant))
                else:
                    inputs.append(constant == math.floor(value.as_fraction()))
        try:
            return self._exactly([*facts, *inputs], GIVEN)
        except GaveUp:
            return None

    def _quickly(self, assumptions: list[Any], chosen: list[Any]) -> tuple[Any, list[Any]]:
        """The answer to a proposal, and the facts that it is about; raises `GaveUp`.

        Its first choices are left open at first: where no run takes the others, more is ruled out at once.
        """
        tries = [(LEFT_OPEN, LOOSE, 0), *((0, QUICK, seed) for seed in range(TRIES))]
        for left_open, budget, seed in tries:
            facts = [*assumptions, *chosen[left_open:]]
            try:
                return self._exactly(facts, budget, seed), facts
            except GaveUp:
                continue
        raise GaveUp("no answer about a proposal within its budget")

    def _proposal(self, assumptions: Sequence[Any]) -> Any:
        return self.propose(*assumptions, budget=self._left())

    def _left(self) -> int:
        """The units that are left for the question; raises `GaveUp` where there are none."""
        left = self._limit - spent()
        if left <= 0:
            raise GaveUp("no answer within the budget for all sequences of calls")
        return left

    def taking(self, witness: Witness, goal: Any) -> Any:
        """A model of the run that a witness names, if it makes ``goal`` true; None where it is none.

        A run with detours, or in another order than that which is searched, counts as none.
        """
        facts = [goal]
        for depth, call, given in zip(self.depths, witness.calls, witness.inputs, strict=True):
            if call not in depth.calls:
                return None
            facts += [depth.calls[call], *with_values(depth.inputs, given)]
        initial = self.unrolling.initial_inputs
        facts += with_values(initial, witness.initial)
        solver = make_solver(self.logic, min(TAKING, self.budget))
        require(solver, (*self.constraints, *facts))
        try:
            return _model(solver, ())
        except GaveUp:
            return None

    def propose(self, *assumptions: Any, budget: int = BUDGET) -> Any:
        """A model of the runs with ``assumptions`` in the proposing solver, or None; raises `GaveUp`."""
        self._proposer.set("rlimit", within(min(budget, self.budget)))
        return _model(self._proposer, assumptions)

    def _exactly(self, facts: Sequence[Any], budget: int, seed: int = 0) -> Any:
        """A model over the integers of the runs with ``facts``, or None; raises `GaveUp`."""
        solver = make_solver(self.logic, min(budget, self._left()))
        solver.set("random_seed", seed)
        require(solver, (*self.constraints, *facts))
        return _model(solver, ())


def make_solver(logic: str, budget: int) -> Any:
    """A solver for these questions: of Z3's two simplexes the older one answers them faster."""
    solver = z3.SolverFor(logic)
    solver.set("arith.solver", 2)
    solver.set("rlimit", within(budget))
    return solver


def _model(solver: Any, assumptions: Sequence[Any]) -> Any:
    """The solver's model, or None where there is none; raises `GaveUp`."""
    answer = check(solver, *assumptions)
    if answer == z3.unknown:
        raise GaveUp.by(solver)
    return solver.model() if answer == z3.sat else None


def with_values(constants: Mapping[str, Any], given: Inputs) -> list[Any]:
    """The constraints that inputs have the values that are given for them, whatever units they count in."""
    found = []
    for own, constant in constants.items():
        name, _, multiple = own.partition("*")
        value = given.get(name)
        if isinstance(value, bool):
            found.append(constant if value else opposite(constant))
        elif value is not None:
            found.append(constant * int(multiple or 1) == value)
    return found


def _calls(depth: Depth) -> list[Any]:
    return list(depth.calls.values())


def _rules(depth: Depth) -> list[Any]:
    return depth.rules
