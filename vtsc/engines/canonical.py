"""Canonical witnesses: of all shortest runs to a target, the lexicographically least.

First the calls are made least, step by step, in the order of the action table; then, with the calls
fixed, the passing of time of every step, the other inputs of every step, and the initial state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from vtsc.actions import Call
from vtsc.system import INITIAL

TIME = "dt"
"""The input that is minimised before all others."""

Inputs = dict[str, int | bool]


class GaveUp(Exception):
    """The solver used up its budget."""


@dataclass(frozen=True)
class Witness:
    """How a target is hit: the calls, the inputs of each step, and those of the initial state.

    An input asked for as a multiple of m is called ``name*m`` and counted in units of m. Inputs on
    which nothing depends are left out.
    """

    calls: tuple[Call, ...]
    inputs: tuple[Inputs, ...]
    initial: Inputs


@dataclass(frozen=True)
class _Unknown:
    """An input to minimise: where it belongs (-1: initial state), its name, constant and least value."""

    depth: int
    name: str
    constant: Any
    least: int


def canonical(checker: Any, target: str, model: Any) -> Witness:
    """The least run that hits ``target`` at the checker's last depth, where ``model`` hits it."""
    goal = checker.depths[-1].targets[target]
    calls = _least_calls(checker, goal, model)
    solver = z3.SolverFor(checker.logic)
    solver.add(*checker.constraints, goal)
    solver.add(*(d.calls[c] for d, c in zip(checker.depths, calls, strict=True)))
    initial: Inputs = {}
    steps: tuple[Inputs, ...] = tuple({} for _ in calls)
    if solver.check() != z3.sat:
        raise GaveUp("a witness could not be made canonical")
    for unknown in _unknowns(checker):
        values = initial if unknown.depth < 0 else steps[unknown.depth]
        values[unknown.name] = _pin_least(checker, solver, unknown)
    return Witness(tuple(calls), steps, initial)


def as_found(checker: Any, model: Any) -> Witness:
    """The run that ``model`` describes, as it is."""
    calls = [
        next(call for call, literal in depth.calls.items() if z3.is_true(model[literal]))
        for depth in checker.depths
    ]
    initial: Inputs = {}
    steps: tuple[Inputs, ...] = tuple({} for _ in calls)
    for unknown in _unknowns(checker):
        value = model.eval(unknown.constant, True)
        values = initial if unknown.depth < 0 else steps[unknown.depth]
        is_flag = z3.is_bool(unknown.constant)
        values[unknown.name] = z3.is_true(value) if is_flag else value.as_long()
    return Witness(tuple(calls), steps, initial)


def _least_calls(checker: Any, goal: Any, model: Any) -> list[Call]:
    chosen: list[Any] = []
    calls: list[Call] = []
    for depth in checker.depths:
        current = next(c for c, literal in depth.calls.items() if z3.is_true(model[literal]))
        for call, literal in depth.calls.items():
            if call == current:
                break
            better = checker.ask(goal, *chosen, literal)
            if better is not None:
                current, model = call, better
                break
        chosen.append(depth.calls[current])
        calls.append(current)
    return calls


def _unknowns(checker: Any) -> Iterator[_Unknown]:
    """All inputs in the order in which they are made least."""
    system = checker.unrolling.system
    least = dict(system.inputs.words)
    steps = [
        _Unknown(i, name, constant, least.get(name, 0))
        for i, depth in enumerate(checker.depths)
        for name, constant in depth.inputs.items()
    ]
    yield from (u for u in steps if u.name.split("*")[0] == TIME)
    yield from (u for u in steps if u.name.split("*")[0] != TIME)
    for name, lo in system.initial_inputs.words.items():
        constant = z3.Const(INITIAL + name, checker.unrolling.word_sort)
        yield _Unknown(-1, name, constant, lo)
    for name in system.initial_inputs.flags:
        yield _Unknown(-1, name, z3.Bool(INITIAL + name), 0)


def _can(solver: Any, condition: Any) -> Any:
    """The model of a solver's constraints with ``condition``, or None; asserts nothing."""
    solver.push()
    solver.add(condition)
    answer = solver.check()
    model = solver.model() if answer == z3.sat else None
    solver.pop()
    if answer == z3.unknown:
        raise GaveUp(solver.reason_unknown())
    return model


def _pin_least(checker: Any, solver: Any, unknown: _Unknown) -> int | bool:
    """Give the input its least value that the solver's constraints allow, for good."""
    x = unknown.constant
    if z3.is_bool(x):
        value = _can(solver, z3.Not(x)) is None
        solver.add(x if value else z3.Not(x))
        return value
    at_most = checker.unrolling.at_most
    low, step = unknown.least - 1, 1
    while (model := _can(solver, at_most(x, low + step))) is None:
        low += step
        step *= 2
    high = model.eval(x, True).as_long()
    while high - low > 1:
        middle = (low + high) // 2
        model = _can(solver, at_most(x, middle))
        if model is None:
            low = middle
        else:
            high = model.eval(x, True).as_long()
    solver.add(x == high)
    return int(high)
