"""Runs with a part that can be repeated and adds to a measure each time.

The part begins and ends in states with the same flags and indices. Its inputs are the same in each turn, so
each turn moves the counters of the state by the same distances. That every turn is possible, and adds the
same to the measure, is shown for all turns at once: by terms in their number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import lcm
from typing import Any

import z3

from vtsc.engines.search.along import ENDLESS, TRIES, Along, solved
from vtsc.engines.search.family import Place, end_of
from vtsc.engines.search.gave_up import GaveUp
from vtsc.language.state import Value
from vtsc.language.words import MODULUS
from vtsc.native.witness import Witness
from vtsc.solver.integers import Lowering
from vtsc.symbolic.forms import Flag, Linear, Quotient, walk
from vtsc.symbolic.values import Word, parts, same
from vtsc.system.path import START, Followed, Given, Input

TURNS = 5
"""The turns that are played natively."""
CANDIDATES = 40
"""The number of parts of a path that are tried."""
FAR = (1 << 40, 1 << 20, 1 << 10)
"""The turns that are looked for beside the first ones, until one of them is found."""


@dataclass(frozen=True)
class Loop:
    """Steps ``first`` up to, not including, ``end`` of a path can be repeated.

    With ``number`` further turns the measure is ``least + gain * number``; ``last`` is the greatest number.
    """

    first: int
    end: int
    inputs: dict[Place, int | bool]
    last: int
    least: int
    gain: int


class Looping:
    """Looks for a part of a path that can be repeated."""

    def __init__(self, along: Along, leaves: Callable[[Witness, range, int, int], bool]) -> None:
        """``leaves``: see `vtsc.evidence.replay.turned_beyond`."""
        self._leaves = leaves
        self._along = along
        self._paths = along.paths
        self._arena = along.paths.system.arena

    def loop(self) -> Loop | None:
        """The shortest part that adds to the measure each time, the earliest of these; None without one."""
        for first, end in self._candidates()[:CANDIDATES]:
            for far in FAR:
                try:
                    inputs = self._inputs(first, end, far)
                except GaveUp:
                    inputs = None
                found = None if inputs is None else self._shown(first, end, inputs)
                if found is not None:
                    return found
        return None

    def run(self, loop: Loop, more: int) -> Witness:
        """The run with so many further turns."""
        places = self._steps(loop.first, loop.end, 1 + more)
        rules = [self._along.rules[n] for n in places]
        inputs = {(START, name): v for (n, name), v in loop.inputs.items() if n == START}
        for number, own in enumerate(places):
            inputs |= {(number, name): v for (n, name), v in loop.inputs.items() if n == own}
        return self._along.run(inputs, rules)

    def _steps(self, first: int, end: int, turns: int) -> list[int]:
        """The steps of the path, by their numbers, of a run with so many turns."""
        whole = range(len(self._along.rules))
        return [*whole[:first], *(n for _ in range(turns) for n in whole[first:end]), *whole[end:]]

    def _candidates(self) -> list[tuple[int, int]]:
        """The parts between states with the same flags and indices, the shortest first."""
        along, states = self._along, []
        for length in range(len(along.rules) + 1):
            states.append(along.begun(along.rules[:length]).state)
        pairs = [
            (first, end)
            for end in range(1, len(states))
            for first in range(end)
            if _alike(states[first], states[end])
        ]
        return sorted(pairs, key=lambda pair: (pair[1] - pair[0], pair[0]))

    def _inputs(self, first: int, end: int, far: int) -> dict[Place, int | bool] | None:
        """Inputs with which turns up to number ``far`` can be taken, and each adds as much to the measure."""
        low, path = Lowering(z3.Const), _Parts(self._along, first, end, self._along.unknown)
        before, after = path.turned(path.begun), path.turned(path.turned(path.begun))
        moves = _distances(before.state, after.state)
        here = Followed((), _shifted(before.state, moves, Linear((), far)))
        conditions: list[Any] = [low.condition(c) for c in after.conditions]
        measures = []
        for state in (before, after, here):
            ended = path.ended(state)
            conditions += [low.condition(c) for c in ended.conditions]
            measures.append(low.linear(self._along.value(ended)))
        conditions += [low.condition(c) for c in path.turned(here).conditions]
        gain = measures[1] - measures[0]
        conditions += [gain >= 1, measures[2] - measures[0] == gain * far]
        conditions += self._whole_ticks(first, end)
        model = solved(conditions, low)
        if model is None:
            return None
        return {
            place: _plain(x, model.eval(self._along.constant(place, x), True))
            for place, x in self._along.places()
        }

    def _whole_ticks(self, first: int, end: int) -> list[Any]:
        """The constraint that the time of a turn is a multiple of all that the system divides by."""
        system = self._paths.system
        terms = [x for v in system.passing.values() for x in parts(v)]
        for rule in system.rules:
            terms += [rule.condition, *(x for v in rule.updates.values() for x in parts(v))]
        divisors = [t.divisor for t in walk(terms) if isinstance(t, Quotient)]
        common = lcm(*(d for d in divisors if d != MODULUS))
        if common == 1:
            return []
        total: Any = 0
        for place, x in self._along.places():
            name, _, multiple = x.name.partition("*")
            if first <= place[0] < end and name == system.time_input:
                total = total + self._along.constant(place, x) * int(multiple or 1)
        return [total == common * z3.Const("ticks", z3.IntSort())]

    def _shown(self, first: int, end: int, inputs: dict[Place, int | bool]) -> Loop | None:
        """The loop with these inputs, as often as it can be taken.

        None where the terms do not show it, and where anything but the ranges of inputs ends it.
        """
        path = _Parts(self._along, first, end, self._along.fixed(inputs))
        before = path.turned(path.begun)
        after = path.turned(before)
        if after.conditions or any(not _is_number(value) for value in after.state.values()):
            return None
        moves, last = _distances(before.state, after.state), ENDLESS
        for _ in range(TRIES):
            if last < 1:
                return None
            count = self._arena.variable("turns", 0, last)
            here = Followed((), _shifted(before.state, moves, count))
            there = _shifted(before.state, moves, count.plus(Linear((), 1)))
            turned, ended = path.turned(here), path.ended(here)
            conditions = [*turned.conditions, *ended.conditions]
            form, own = self._along.value(ended), count.terms[0][0]
            gain = sum(c for atom, c in form.terms if atom is own)
            alike = all(same(turned.state[name], there[name]) for name in there)
            if not conditions and alike and gain > 0 and len(form.terms) == 1:
                found = Loop(first, end, inputs, last, form.constant, gain)
                turns = self.run(found, TURNS - 1)
                return found if self._leaves(turns, range(first, end), TURNS, last) else None
            last = end_of(conditions, own, last)
        return None


class _Parts:
    """A path in three parts, with inputs that are given: up to the loop, one turn of it, and the rest."""

    def __init__(self, along: Along, first: int, end: int, given: Given) -> None:
        self._along = along
        self._given = given
        self._first, self._end = first, end
        paths = along.paths
        self.begun = paths.resume(paths.begin(given), along.rules[:first], "", given)

    def turned(self, before: Followed) -> Followed:
        """The state after one more turn."""
        rules = self._along.rules[self._first : self._end]
        target = "" if self._end < len(self._along.rules) else self._along.target
        return self._along.paths.resume(before, rules, target, self._from(self._first))

    def ended(self, before: Followed) -> Followed:
        """The state after the rest of the path."""
        rules = self._along.rules[self._end :]
        if not rules:
            return before
        return self._along.paths.resume(before, rules, self._along.target, self._from(self._end))

    def _from(self, first: int) -> Given:
        """The inputs of the steps from number ``first`` on."""
        return lambda number, x: self._given(number if number == START else number + first, x)


def _alike(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether two states have the same flags and indices."""
    return all(isinstance(v, Word) or same(v, other[name]) for name, v in one.items())


def _is_number(value: Value) -> bool:
    """Whether a value is a known number, if it is a counter."""
    return not isinstance(value, Word) or not value.form.terms


def _distances(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, Linear]:
    """How far each counter moves between two states."""
    return {
        name: after[name].form.plus(value.form, -1)
        for name, value in before.items()
        if isinstance(value, Word)
    }


def _shifted(
    state: Mapping[str, Value], moves: Mapping[str, Linear], count: Linear
) -> dict[str, Value]:
    """A state whose counters have moved ``count`` times; either the moves or ``count`` are numbers."""
    found: dict[str, Value] = {}
    for name, value in state.items():
        found[name] = value
        if isinstance(value, Word):
            move = moves[name]
            far = move.times(count.constant) if not count.terms else count.times(move.constant)
            found[name] = Word(value.arena, value.form.plus(far), value.residue)
    return found


def _plain(x: Input, value: Any) -> int | bool:
    return bool(z3.is_true(value)) if isinstance(x, Flag) else int(value.as_long())
