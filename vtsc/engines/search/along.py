"""The greatest value of a measure along a path, and families of runs in which it grows without end.

A path fixes the rule of each step, and leaves the inputs open. A family is a run for each number n from 0:
its inputs are those of one run plus n times a fixed direction, and its measure grows by a fixed amount
with n. That every member is a run is shown for all n at once, by terms in n.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import z3

from vtsc.engines.search.family import Family, Place, end_of, shorter
from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.runs import make_solver
from vtsc.language.words import SIGN
from vtsc.native.witness import Inputs, Witness
from vtsc.solver.integers import Lowering
from vtsc.solver.units import check, within
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable
from vtsc.symbolic.names import INITIAL
from vtsc.symbolic.values import Word
from vtsc.system.path import START, Followed, Given, Input, Paths

BUDGET = 20_000_000
"""Z3 resource units that one question about a path may cost."""
FAR = ((1 << 62) - (1 << 36), (1 << 61) - (1 << 36), 1 << 60, 1 << 59, 1 << 52, 1 << 44)
"""The members that are looked for beside the first one of a family, until one of them is found."""
STRIDE = 1 << 24
"""The greatest distance between an input of one member of a family and of the next."""
ENDLESS = 1 << 70
"""More members than any family has, since inputs have ends."""
TRIES = 12
"""The number of times that a family is shortened to where it may be shown to end."""
ENDS = (SIGN, SIGN - 1)
"""The greatest values of a signed number with its sign changed, and of one as it is."""
COUNT = "n"
"""The number of a member of a family, as an unknown."""

NOTHING = Linear((), 0)


class Along:
    """The runs of a system that take the rules of a path, the last of which has the measure ``field``."""

    def __init__(self, paths: Paths, target: str, field: str, rules: Sequence[int]) -> None:
        self.paths = paths
        self.rules = tuple(rules)
        self._arena = paths.system.arena
        self.target = target
        self._field = field
        self._free = self._follow(self.unknown)
        self._low = Lowering(z3.Const)
        self._conditions = [self._low.condition(c) for c in self._free.conditions]
        self._measure = self._low.linear(self.value(self._free))

    # the greatest value

    def greatest(self, known: int, most: int) -> int:
        """The greatest value of the measure, at least ``known``, as far as its budget and ``most`` allow.

        Where ``known`` is beyond ``most``, counters wrap, and the ends of signed numbers are tried.
        """
        if known >= most:
            return next((end for end in ENDS if self._above(end) is not None), known)
        low, step = known, 1
        while low < most and (found := self._above(min(low + step, most))) is not None:
            low, step = found, 2 * step
        high = min(low + step, most + 1)
        while high - low > 1:
            middle = (low + high) // 2
            found = self._above(middle)
            low, high = (low, middle) if found is None else (found, high)
        return low

    def _above(self, least: int) -> int | None:
        """A value of at least ``least``; None where there is none, or none was found."""
        try:
            model = self._model(self._measure >= least)
        except GaveUp:
            model = None
        return None if model is None else int(model.eval(self._measure, True).as_long())

    def witness(self, least: int) -> Witness | None:
        """A run whose measure is at least ``least``, with small inputs; None where none was found."""
        try:
            model = self._model(self._measure >= least)
        except GaveUp:
            return None
        if model is None:
            return None
        pinned: list[Any] = [self._measure >= least]
        found: dict[Place, int | bool] = {}
        for place, x in self.places():
            constant = self.constant(place, x)
            model, value = self._least(pinned, model, constant, x)
            found[place] = value
            pinned.append(constant == value)
        return self.run(found)

    def _least(
        self, pinned: list[Any], model: Any, x: Any, input_: Input
    ) -> tuple[Any, int | bool]:
        """A model with a small value of an input, and that value."""
        if isinstance(input_, Flag):
            better = self._tried(pinned, z3.Not(x))
            return (better, False) if better is not None else (model, True)
        low, high = (input_.interval.lo or 0) - 1, int(model.eval(x, True).as_long())
        step = 1
        while high - low > 1:
            middle = min(low + step, high - 1)
            better = self._tried(pinned, x <= middle)
            if better is None:
                low, step = middle, 2 * step
            else:
                model, high, step = better, int(better.eval(x, True).as_long()), 1
        return model, high

    def _tried(self, pinned: Sequence[Any], condition: Any) -> Any:
        try:
            return self._model(*pinned, condition)
        except GaveUp:
            return None

    def _model(self, *extra: Any) -> Any:
        return solved([*self._conditions, *extra], self._low)

    # families

    def family(self, still: Collection[Place] = ()) -> Family | None:
        """A family of runs on this path; None where none was found.

        It is looked for first among runs whose inputs at the places ``still`` are 0.
        """
        for held in (still, ()) if still else ((),):
            for far in FAR:
                try:
                    found = self._straight(*self._two_members(far, held))
                except GaveUp:
                    found = None
                family = None if found is None else self._as_family(*found, far)
                if family is not None:
                    return self._by_fewest(family, far)
        return None

    def _by_fewest(self, family: Family, far: int) -> Family:
        """The family in which only such inputs move without which there is no endless one."""
        for place in family.direction:
            fewer = {p: stride for p, stride in family.direction.items() if p != place}
            found = self._as_family(family.first, fewer, far) if fewer else None
            if found is not None and found.is_endless:
                return self._by_fewest(found, far)
        return family

    def _two_members(self, far: int, held: Collection[Place]) -> tuple[list[Any], Lowering]:
        """The constraints of the first member of a family and of the one of number ``far``."""
        low = Lowering(z3.Const)
        conditions, measures = [], []
        for number in (0, far):
            followed = self._follow(partial(self._moved, far=number))
            conditions += [low.condition(c) for c in followed.conditions]
            measures.append(low.linear(self.value(followed)))
        conditions += [measures[0] >= -1, measures[1] - measures[0] >= far]
        for place, x in self.places():
            if place in held and isinstance(x, Variable):
                conditions += [self.constant(place, x) == 0, self._stride(place, x) == 0]
        return conditions, low

    def _straight(
        self, conditions: list[Any], low: Lowering
    ) -> tuple[dict[Place, int | bool], dict[Place, int]] | None:
        """First inputs and a direction in which few of them move; None where there are none."""
        if (model := solved(conditions, low)) is None:
            return None
        words = [(p, x) for p, x in self.places() if isinstance(x, Variable)]
        for place, word in reversed(words):
            still = self._stride(place, word) == 0
            try:
                stays = z3.is_true(model.eval(still, True))
                better = model if stays else solved([*conditions, still], low)
            except GaveUp:
                better = None
            if better is not None:
                model = better
                conditions.append(still)
        first: dict[Place, int | bool] = {}
        direction: dict[Place, int] = {}
        for place, x in self.places():
            value = model.eval(self.constant(place, x), True)
            first[place] = z3.is_true(value) if isinstance(x, Flag) else int(value.as_long())
            if isinstance(x, Variable):
                moved = model.eval(self._stride(place, x), True).as_long()
                if moved:
                    direction[place] = int(moved)
        return first, direction

    def _as_family(
        self, first: dict[Place, int | bool], direction: dict[Place, int], far: int
    ) -> Family | None:
        """The longest family with these inputs; None where the terms do not show that there is one.

        Member number ``far`` is known to be a run.
        """
        last = ENDLESS
        for _ in range(TRIES):
            if last < 1:
                return None
            count = self._arena.variable(COUNT, 0, last)
            followed = self._members(first, direction, count)
            form, own = self.value(followed), count.terms[0][0]
            gain = sum(c for atom, c in form.terms if atom is own)
            if not followed.conditions and gain > 0 and len(form.terms) == 1:
                found = Family(self.rules, first, direction, last, form.constant, gain)
                return self._longest(found)
            last = end_of(followed.conditions, own, last, shorter(last, far))
        return None

    def _longest(self, family: Family) -> Family:
        """The family with as many members before its first and after its last as terms show to be runs."""
        before = _greatest(lambda n: self._holds(family.moved(-n), n + family.last))
        family = family.moved(-before)
        last = before + family.last
        more = _greatest(lambda n: self._holds(family, last + n))
        return replace(family, last=last + more)

    def _holds(self, family: Family, last: int) -> bool:
        """Whether terms show that members up to ``last`` are runs, with the measures that the family says."""
        count = self._arena.variable(COUNT, 0, last)
        followed = self._members(family.first, family.direction, count)
        form = self.value(followed)
        wanted = count.times(family.gain).plus(Linear((), family.least))
        return not followed.conditions and form.key == wanted.key

    def _members(
        self, first: dict[Place, int | bool], direction: dict[Place, int], count: Linear
    ) -> Followed:
        """The members of a family, their number being an unknown."""
        return self._follow(self.fixed(first, direction, count))

    def fixed(
        self,
        inputs: Mapping[Place, int | bool],
        direction: Mapping[Place, int] | None = None,
        count: Linear = NOTHING,
    ) -> Given:
        """Inputs with these values, moved ``count`` times in a direction."""

        def given(number: int, x: Input) -> Linear | Condition:
            value = inputs[(number, x.name)]
            if isinstance(value, bool):
                return self._arena.constant(value)
            stride = (direction or {}).get((number, x.name), 0)
            return count.times(stride).plus(Linear((), value))

        return given

    # unknowns and their values

    def _follow(self, given: Given) -> Followed:
        return self.paths.follow(self.rules, self.target, given)

    def value(self, followed: Followed) -> Linear:
        """The measure at the end of a path."""
        value = followed.state[self._field]
        assert isinstance(value, Word)
        return value.form

    def places(self) -> list[tuple[Place, Input]]:
        """Every input of the path: those of steps by their order, then those of the initial state."""
        numbers = [*range(len(self.rules)), START]
        found = [((n, x.name), x) for n in numbers for x in self.paths.inputs(n, self.rules)]
        time = self.paths.system.time_input
        return sorted(found, key=lambda p: (p[0][0] == START, p[1].name.split("*")[0] != time))

    @staticmethod
    def _name(place: Place, x: Input, suffix: str) -> str:
        return x.name + suffix if place[0] == START else f"{x.name}@{place[0]}{suffix}"

    def constant(self, place: Place, x: Input) -> Any:
        sort = z3.BoolSort() if isinstance(x, Flag) else z3.IntSort()
        return z3.Const(self._name(place, x, ""), sort)

    def _stride(self, place: Place, x: Input) -> Any:
        """The distance of an input from one member of a family to the next."""
        return z3.Const(self._name(place, x, "/n"), z3.IntSort())

    def begun(self, rules: Sequence[int]) -> Followed:
        """The state after the first rules of the path."""
        return self.paths.resume(self.paths.begin(self.unknown), rules, "", self.unknown)

    def unknown(self, number: int, x: Input) -> Linear | Condition:
        """An input of a step as an unknown of its own."""
        name = self._name((number, x.name), x, "")
        if isinstance(x, Flag):
            return self._arena.flag(name)
        return self._arena.variable(name, x.interval.lo, x.interval.hi)

    def _moved(self, number: int, x: Input, far: int) -> Linear | Condition:
        """An input of the member of that number of a family, by its first one and its direction."""
        first = self.unknown(number, x)
        if isinstance(first, Condition) or not far:
            return first
        name = self._name((number, x.name), x, "/n")
        return first.plus(self._arena.variable(name, -STRIDE, STRIDE), far)

    def run(
        self, inputs: Mapping[Place, int | bool], rules: Sequence[int] | None = None
    ) -> Witness:
        """The run with these inputs, on this path or on another one."""
        rules = self.rules if rules is None else rules
        system = self.paths.system
        initial: Inputs = {}
        steps: tuple[Inputs, ...] = tuple({} for _ in rules)
        for (number, name), value in inputs.items():
            own = initial if number == START else steps[number]
            own[name.removeprefix(INITIAL)] = value
        calls = tuple(system.calls[system.rules[rule].call] for rule in rules)
        return Witness(calls, steps, initial)


def _greatest(holds: Callable[[int], bool]) -> int:
    """The greatest number for which a statement holds that holds from 0 up to some number, and not above."""
    low, high = 0, ENDLESS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def solved(conditions: Sequence[Any], low: Lowering) -> Any:
    """A model of conditions and of what their quotients are; None where there is none; raises `GaveUp`."""
    solver = make_solver("QF_LIA", within(BUDGET))
    solver.add(*conditions, *low.definitions, *low.ranges.values())
    answer = check(solver)
    if answer == z3.unknown:
        raise GaveUp.by(solver)
    return solver.model() if answer == z3.sat else None
