"""Canonical witnesses: of all shortest runs to a target, the lexicographically least.

First the calls are minimised, step by step, in the order of the action table. Then, with the calls
fixed, these are minimised in turn: the time that passes in each step, the other inputs of each
step, and the inputs of the initial state. Once too many questions exceed their budget, the rest
stays as it was found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import z3

from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.runs import make_solver
from vtsc.language.actions import Call
from vtsc.language.inputs import named
from vtsc.native.witness import Inputs, Witness
from vtsc.solver.expressions import every, opposite, require, some
from vtsc.solver.units import check, within
from vtsc.solver.unroll import Depth


@dataclass(frozen=True)
class _Unknown:
    """An input to minimise: the depth of its step (-1: initial state), name, constant and least value."""

    depth: int
    name: str
    constant: Any
    least: int


def canonical(runs: Any, target: str, model: Any, *, perhaps: bool = False) -> Witness:
    """The least run that hits ``target`` at the last depth, where ``model`` hits it.

    ``perhaps``: the model is likely to be of that run, so it is asked first whether any inputs can be less.
    """
    goal = runs.depths[-1].targets[target]
    calls, model, affordable = _least_calls(runs, goal, model)
    solver = make_solver(runs.logic, runs.polishing)
    require(solver, (*runs.constraints, goal))
    solver.add(*(d.calls[c] for d, c in zip(runs.depths, calls, strict=True)))
    least = _Least(runs, solver, model)
    if not affordable:
        least.keep_paths()
    unknowns = [*_unknowns(runs)]
    given = least.value if perhaps and least.are_least(unknowns) else least.pin
    initial: Inputs = {}
    steps: tuple[Inputs, ...] = tuple({} for _ in calls)
    for unknown in unknowns:
        values = initial if unknown.depth < 0 else steps[unknown.depth]
        values[unknown.name] = given(unknown)
    return Witness(tuple(calls), steps, initial)


def as_found(runs: Any, model: Any) -> Witness:
    """The run that ``model`` describes, in which nothing is minimised."""
    calls = [_taken(depth, model) for depth in runs.depths]
    initial: Inputs = {}
    steps: tuple[Inputs, ...] = tuple({} for _ in calls)
    for unknown in _unknowns(runs):
        values = initial if unknown.depth < 0 else steps[unknown.depth]
        values[unknown.name] = _value(model, unknown)
    return Witness(tuple(calls), steps, initial)


def _value(model: Any, unknown: _Unknown) -> int | bool:
    value = model.eval(unknown.constant, True)
    return z3.is_true(value) if z3.is_bool(unknown.constant) else int(value.as_long())


def _least_calls(runs: Any, goal: Any, model: Any) -> tuple[list[Call], Any, bool]:
    """The least calls, a model that takes them, and whether every question stayed within its budget."""
    chosen: list[Any] = []
    calls: list[Call] = []
    affordable = True
    for number, depth in enumerate(runs.depths):
        current = _taken(depth, model)
        while affordable and (less := [*takewhile(current.__ne__, depth.calls)]):
            any_less = some([depth.calls[call] for call in less])
            literal = runs.literal(f"less@{number}.{len(less)}", any_less)
            try:
                better = runs.ask(goal, *chosen, literal, budget=runs.ordering)
            except GaveUp:
                affordable = False
                break
            if better is None:
                break
            model = better
            current = next(c for c in less if z3.is_true(model[depth.calls[c]]))
        chosen.append(depth.calls[current])
        calls.append(current)
    return calls, model, affordable


def _taken(depth: Depth, model: Any) -> Call:
    """The call that is taken in a model."""
    return next(call for call, literal in depth.calls.items() if z3.is_true(model[literal]))


def _unknowns(runs: Any) -> Iterator[_Unknown]:
    """All inputs in the order in which they are minimised."""
    system = runs.unrolling.system
    least = dict(system.inputs.words)
    steps = [
        _Unknown(i, name, constant, least.get(name, 0))
        for i, depth in enumerate(runs.depths)
        for name, constant in depth.inputs.items()
    ]
    yield from (u for u in steps if named(u.name) == system.time_input)
    yield from (u for u in steps if named(u.name) != system.time_input)
    least = system.initial_inputs.words
    for name, constant in runs.unrolling.initial_inputs.items():
        yield _Unknown(-1, name, constant, least.get(name, 0))


class _Least:
    """Gives inputs their least values one after the other; each of them keeps its value from then on."""

    def __init__(self, runs: Any, solver: Any, model: Any) -> None:
        self._runs = runs
        self._at_most = runs.unrolling.at_most
        self._solver = solver
        self._model = model
        """A model of the constraints and of all inputs fixed so far."""
        self._fresh = False
        """Whether each question is put to a solver of its own, which simplifies by what is fixed so far."""
        self._left = 2
        """The number of questions that may still exceed their budget; after the first, paths are fixed."""

    def value(self, unknown: _Unknown) -> int | bool:
        """The value of an input in the model."""
        return _value(self._model, unknown)

    def are_least(self, unknowns: Sequence[_Unknown]) -> bool:
        """Whether no run has lesser inputs than the model, which is another one then; no when in doubt."""
        lesser = z3.BoolVal(False)
        for unknown in reversed(unknowns):
            x, value = unknown.constant, self.value(unknown)
            if z3.is_bool(x):
                alike = x if value else opposite(x)
                less = [opposite(x)] if value else []
            else:
                alike = self._at_most(x, int(value))
                less = [self._at_most(x, value - 1)] if value > unknown.least else []
            lesser = some([*less, every([alike, lesser])])
        try:
            return not self._can(lesser)
        except GaveUp:
            return False

    def pin(self, unknown: _Unknown) -> int | bool:
        """The least value that the inputs fixed before allow, within the budget; it is then fixed, too."""
        while self._left:
            try:
                if z3.is_bool(unknown.constant):
                    return self._least_flag(unknown)
                return self._least_word(unknown)
            except GaveUp:
                self._left -= 1
                if self._left:
                    self.keep_paths()
        return _value(self._model, unknown)

    def keep_paths(self) -> None:
        """Leave each step on the path through the functions that it takes in the model."""
        every = (literal for depth in self._runs.depths for literal in depth.rules)
        self._solver.add(*(x for x in every if z3.is_true(self._model.eval(x, True))))

    def _least_flag(self, unknown: _Unknown) -> bool:
        x = unknown.constant
        value = not self._can(z3.Not(x))
        self._solver.add(x if value else z3.Not(x))
        return value

    def _least_word(self, unknown: _Unknown) -> int:
        x = unknown.constant
        high, low = int(_value(self._model, unknown)), unknown.least - 1
        step = 1
        while low + step < high and not self._can(self._at_most(x, low + step)):
            low += step
            step *= 2
        high = int(_value(self._model, unknown))
        while high - low > 1:
            middle = (low + high) // 2
            if self._can(self._at_most(x, middle)):
                high = int(_value(self._model, unknown))
            else:
                low = middle
        self._solver.add(x == high)
        return high

    def _can(self, condition: Any) -> bool:
        """Whether a condition can hold with the constraints; if so, the model then satisfies it."""
        budget = self._runs.polishing
        if not self._fresh:
            self._solver.push()
            try:
                return self._holds(self._solver, condition, budget // 10)
            except GaveUp:
                self._fresh = True
            finally:
                self._solver.pop()
        fresh = make_solver(self._runs.logic, budget)
        fresh.add(*self._solver.assertions())
        return self._holds(fresh, condition, budget)

    def _holds(self, solver: Any, condition: Any, budget: int) -> bool:
        """Whether a condition can hold with a solver's assertions; raises `GaveUp` beyond the budget."""
        solver.set("rlimit", within(budget))
        solver.add(condition)
        answer = check(solver)
        if answer == z3.unknown:
            raise GaveUp.by(solver)
        if answer == z3.sat:
            self._model = solver.model()
        return bool(answer == z3.sat)
