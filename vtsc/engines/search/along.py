"""The greatest value of a measure along a path.

A path fixes the rule of each step, and leaves the inputs open.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

import z3

from vtsc.engines.search.family import Place
from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.runs import make_solver
from vtsc.language.words import SIGN
from vtsc.native.witness import Inputs, Witness
from vtsc.solver.integers import Lowering, RationalLowering
from vtsc.solver.units import check, spent, within
from vtsc.symbolic.forms import Condition, Flag, Linear
from vtsc.symbolic.names import INITIAL
from vtsc.symbolic.values import Word
from vtsc.system.path import START, Followed, Given, Input, Paths

BUDGET = 20_000_000
"""Z3 resource units that one question about a path may cost."""
POLISHING = 1_000_000
"""What a question may cost by which an input is made smaller."""
PATIENCE, PAINS = 3, 100_000_000
"""How many of these may exceed that, and what all may cost, before other inputs are left as they are."""
ENDLESS = 1 << 70
"""More members than any family has, since inputs have ends."""
TRIES = 12
"""The number of times that a family is shortened to where it may be shown to end."""
ENDS = (SIGN, SIGN - 1)
"""The greatest values of a signed number with its sign changed, and of one as it is."""

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
        self._patience = PATIENCE
        self._until = 0

    # the greatest value

    def greatest(self, known: int, most: int) -> int:
        """The greatest value of the measure, at least ``known``, as far as its budget and ``most`` allow.

        Where ``known`` is beyond ``most``, counters wrap, and the ends of signed numbers are tried.
        """
        if known >= most:
            return next((end for end in ENDS if self._above(end) is not None), known)
        if self._above(known + 1) is None:
            return known
        low, high, step = known, min(most, self._ceiling(most)) + 1, 1
        while high - low > 1:
            middle = max(high - step, (low + high) // 2)
            found = self._above(middle)
            low, high = (low, middle) if found is None else (found, high)
            step *= 2
        return low

    def _ceiling(self, most: int) -> int:
        """A number that the measure does not exceed, by terms whose words need not be whole, or ``most``."""
        relaxed = self._relaxed()
        found = relaxed.least(relaxed.measure, negated=True)
        return most if found is None else -found

    def _relaxed(self) -> "_Relaxed":
        return _Relaxed(self._free.conditions, self.value(self._free))

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
        self._until = spent() + PAINS
        pinned: list[Any] = [self._measure >= least]
        relaxed = self._relaxed()
        relaxed.solver.add(relaxed.measure >= least)
        found: dict[Place, int | bool] = {}
        for place, x in self.places():
            constant = self.constant(place, x)
            other = (
                constant if isinstance(x, Flag) else z3.Const(constant.decl().name(), z3.RealSort())
            )
            bound = None if isinstance(x, Flag) else relaxed.least(other)
            model, value = self._least(pinned, model, constant, x, bound)
            found[place] = value
            pinned.append(constant == value)
            relaxed.solver.add(other == value)
        return self.run(found)

    def _least(
        self, pinned: list[Any], model: Any, x: Any, input_: Input, bound: int | None
    ) -> tuple[Any, int | bool]:
        """A model with a small value of an input, and that value, which is at least ``bound``."""
        if isinstance(input_, Flag):
            better = self._tried(pinned, z3.Not(x))
            return (better, False) if better is not None else (model, True)
        low = ((input_.interval.lo or 0) if bound is None else bound) - 1
        high = int(model.eval(x, True).as_long())
        step = 1
        while high - low > 1 and self._patience > 0 and spent() < self._until:
            middle = min(low + step, high - 1)
            better = self._tried(pinned, x <= middle)
            if better is None:
                low, step = middle, 2 * step
            else:
                model, high, step = better, int(better.eval(x, True).as_long()), 1
        return model, high

    def _tried(self, pinned: Sequence[Any], condition: Any) -> Any:
        try:
            return self._model(*pinned, condition, budget=POLISHING)
        except GaveUp:
            self._patience -= 1
            return None

    def _model(self, *extra: Any, budget: int = BUDGET) -> Any:
        return solved([*self._conditions, *extra], self._low, budget)

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

    def begun(self, rules: Sequence[int]) -> Followed:
        """The state after the first rules of the path."""
        return self.paths.resume(self.paths.begin(self.unknown), rules, "", self.unknown)

    def unknown(self, number: int, x: Input) -> Linear | Condition:
        """An input of a step as an unknown of its own."""
        name = self._name((number, x.name), x, "")
        if isinstance(x, Flag):
            return self._arena.flag(name)
        return self._arena.variable(name, x.interval.lo, x.interval.hi)

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


class _Relaxed:
    """The runs of a path, if words need not be whole: lower ends of what these can be, found cheaply."""

    def __init__(self, conditions: Sequence[Condition], measure: Linear) -> None:
        low, self.solver = RationalLowering(z3.Const), z3.Optimize()
        self.solver.add(*(low.condition(c) for c in conditions))
        self.measure = low.linear(measure)
        self.solver.add(*low.definitions, *low.ranges.values())

    def least(self, x: Any, *, negated: bool = False) -> int | None:
        """A whole number that ``x``, or -``x``, is not below; None where none was found."""
        self.solver.push()
        self.solver.set("rlimit", within(POLISHING))
        goal = self.solver.minimize(-x if negated else x)
        known = check(self.solver) == z3.sat and z3.is_rational_value(self.solver.lower(goal))
        found: Fraction | None = self.solver.lower(goal).as_fraction() if known else None
        self.solver.pop()
        return None if found is None else ceil(found)


def solved(conditions: Sequence[Any], low: Lowering, budget: int = BUDGET) -> Any:
    """A model of conditions and of what their quotients are; None where there is none; raises `GaveUp`."""
    return model_of([*conditions, *low.definitions, *low.ranges.values()], budget)


def model_of(conditions: Sequence[Any], budget: int = BUDGET) -> Any:
    """A model of conditions; None where there is none; raises `GaveUp`."""
    solver = make_solver("QF_LIA", within(budget))
    solver.add(*conditions)
    answer = check(solver)
    if answer == z3.unknown:
        raise GaveUp.by(solver)
    return solver.model() if answer == z3.sat else None
