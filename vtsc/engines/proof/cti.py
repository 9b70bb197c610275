"""Counterexamples to induction: a step that the lemmas allow and that hits the target all the same.

The step starts in a state in which every lemma that induction has settled holds. Where a run leads to that
very state, the target is violated; where none does, a lemma is missing that says so. Values are made small,
one field after the other, so a person can read the state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import z3

from vtsc.engines.proof.induction import Induction
from vtsc.language.actions import Call
from vtsc.language.lemmas import Lemma
from vtsc.language.state import Value
from vtsc.solver.conditions import Question
from vtsc.solver.units import check
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.chain import Chain, equal
from vtsc.system.system import Fact

BUDGET = 5_000_000
"""Z3 resource units that one question about the step or its start may cost."""
DEPTH = 6
"""The depth to which a run to the start is looked for."""
BACK = 3
"""The number of steps back from the start that are tried to show that no run leads to it."""

State = dict[str, int | bool]


class Mark(StrEnum):
    """Whether the state in which a step starts is reachable."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Counterexample:
    """A step that breaks ``broken``, a lemma's name or a target."""

    broken: str
    before: State
    call: Call
    inputs: State
    after: State
    mark: Mark
    steps: int
    """The number of steps that lead to the start, or of steps back from it that rule this out."""


class Finder:
    """Counterexamples to what ``induction`` does not prove."""

    def __init__(self, induction: Induction, budget: int = BUDGET) -> None:
        self._induction = induction
        self._system = induction.system
        self._chain = Chain(induction.system)
        self._budget = budget

    def of_target(self, target: str) -> Counterexample | None:
        """A step that hits the target; None where there is none or the solver gives up."""
        question = self._step(target, [])
        question.require(self._chain.hit(target, 0))
        return self._found(question, target, target)

    def of_lemma(self, lemma: Lemma, target: str) -> Counterexample | None:
        """A step from where the lemma holds to where it does not."""
        facts = [fact for fact in self._system.facts if fact.lemma == lemma]
        question = self._step(target, facts)
        arena, after = self._system.arena, (self._chain.at(f.condition, 1) for f in facts)
        question.require(arena.negation(arena.conjunction(after)))
        return self._found(question, target, lemma.name)

    def dropped(self, target: str) -> list[Lemma]:
        """The candidates that induction did not settle, in the order in which they were stated."""
        settled = self._induction.settled(target)
        stated = dict.fromkeys(fact.lemma for fact in self._system.facts)
        return [x for x in stated if x.owner in ("", target) and x not in settled]

    def _settled(self, target: str) -> list[Fact]:
        settled = self._induction.settled(target)
        return [fact for fact in self._system.facts if fact.lemma in settled]

    def _step(self, target: str, facts: list[Fact]) -> Question:
        """A step from a state in which the settled lemmas and ``facts`` hold."""
        question = Question(self._budget)
        question.require(*self._chain.step(0))
        question.require(*(self._chain.at(f.condition, 0) for f in self._settled(target)))
        question.require(*(self._chain.at(f.condition, 0) for f in facts))
        return question

    def _found(self, question: Question, target: str, broken: str) -> Counterexample | None:
        if check(question.solver) != z3.sat:
            return None
        model = self._small(question)
        calls = zip(self._system.calls, self._chain.called(0), strict=True)
        call = next(c for c, made in calls if z3.is_true(model.eval(question.lowered(made), True)))
        before = self._state(question, model, 0)
        mark, steps = self._marked(before, target)
        return Counterexample(
            broken,
            before,
            call,
            self._inputs(question, model),
            self._state(question, model, 1),
            mark,
            steps,
        )

    def _small(self, question: Question) -> Any:
        """A model in which each number, in turn, is as close to 0 as a few guesses get it."""
        model = question.solver.model()
        for name in self._system.slots:
            value = self._chain.value(name, 0)
            if isinstance(value, Word):
                model = _pinned(question.solver, question.term(value), model)
        return model

    def _state(self, question: Question, model: Any, depth: int) -> State:
        values = {n: self._chain.value(n, depth) for n in self._system.slots}
        values |= self._chain.known(depth)
        return {name: question.value(model, value) for name, value in values.items()}

    def _inputs(self, question: Question, model: Any) -> State:
        """The inputs of the step; those that it does not ask for come out as 0."""
        inputs = self._system.inputs
        words = {n: model.eval(z3.Const(f"{n}@0", z3.IntSort()), True) for n in inputs.words}
        flags = {n: model.eval(z3.Bool(f"{n}@0"), True) for n in inputs.flags}
        found: State = {n: x.as_long() for n, x in words.items()}
        return {**found, **{n: z3.is_true(x) for n, x in flags.items()}}

    # reachability of the start

    def _marked(self, state: State, target: str) -> tuple[Mark, int]:
        """Whether a run leads to ``state``, and the number of steps that show it.

        Only short runs, and a few steps back, are tried.
        """
        question, there = Question(self._budget), self._is(state)
        question.require(*self._chain.initially())
        open_ = False
        for depth in range(DEPTH + 1):
            answer = check(question.solver, question.lowered(self._chain.at(there, depth)))
            if answer == z3.sat:
                return Mark.REACHABLE, depth
            open_ = open_ or answer != z3.unsat
            question.require(*self._chain.step(depth))
        for back in range(1, BACK + 1):
            if not open_ and self._no_way_to(there, back, target):
                return Mark.UNREACHABLE, back
        return Mark.UNDECIDED, DEPTH

    def _no_way_to(self, there: Condition, back: int, target: str) -> bool:
        """Whether no ``back`` steps lead to the state for the first time.

        The settled lemmas hold of the states on the way.
        """
        question, arena = Question(self._budget), self._system.arena
        for depth in range(back):
            question.require(*self._chain.step(depth))
            question.require(arena.negation(self._chain.at(there, depth)))
            question.require(*(self._chain.at(f.condition, depth) for f in self._settled(target)))
        question.require(self._chain.at(there, back))
        return bool(check(question.solver) == z3.unsat)

    def _is(self, state: State) -> Condition:
        """The condition that a state is this one."""
        arena, system = self._system.arena, self._system
        sums = {n: Word(arena, form) for n, form in system.known.items()}
        fields = {n: sums[n] if n in sums else system.pre[n] for n in state}
        return arena.conjunction(
            equal(arena, fields[name], _constant(fields[name], value))
            for name, value in state.items()
        )


def _constant(like: Value, value: int | bool) -> Value:
    """``value`` in the form that ``like`` has."""
    arena = like.arena
    if isinstance(like, Word):
        return Word(arena, Linear((), int(value)))
    if isinstance(like, Truth):
        return Truth(arena, arena.constant(bool(value)))
    return Index(arena, {i: arena.constant(i == value) for i in like.members})


def _pinned(solver: Any, x: Any, model: Any) -> Any:
    """A model with the first value near 0 that ``x`` can have; the solver keeps this value from then on."""
    for value in _near(model.eval(x, True).as_long()):
        if check(solver, x == value) == z3.sat:
            model = solver.model()
            solver.add(x == value)
            break
    return model


def _near(value: int) -> Iterator[int]:
    """The values to try, the last of which is known to be possible."""
    yield from (0, 1, 2, 10, -1, 1000)
    yield value
