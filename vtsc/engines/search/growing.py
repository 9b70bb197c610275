"""Families of runs on a path, in which a measure grows until the range of inputs ends.

A family is a run for each number n from 0: its inputs are those of one run plus n times a fixed direction,
and its measure grows by a fixed amount with n. That every member is a run is shown for all n at once, by
terms in n. That the range of inputs ends it is shown by inputs that would have the measure grow further: a
plain run of them is refused since one of them, or a sum of some, would be `INPUT_LIMIT` or more.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import z3

from vtsc.engines.search.along import ENDLESS, TRIES, Along, model_of, solved
from vtsc.engines.search.family import Family, Place, end_of, shorter
from vtsc.engines.search.gave_up import GaveUp
from vtsc.language.words import INPUT_LIMIT, SIGN
from vtsc.native.witness import Witness
from vtsc.solver.integers import Lowering
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable
from vtsc.system.path import Followed, Input, Paths

FAR = ((1 << 62) - (1 << 36), (1 << 61) - (1 << 36), 1 << 60, 1 << 59, 1 << 52, 1 << 44)
"""The members that are looked for beside the first one of a family, until one of them is found."""
STRIDE = 1 << 24
"""The greatest distance between an input of one member of a family and of the next."""
SMALL = 1 << 40
"""The greatest input of a family's first member where small ones are looked for."""
WIDER = 1 << 40
"""How much farther the ends of inputs' ranges are where it is asked what limits a measure."""
COUNT = "n"
"""The number of a member of a family, as an unknown."""

Leaves = Callable[[Witness], bool]
"""Whether a witness is no run for the reason alone that an input, or a sum of inputs, is beyond its range."""


class Growing(Along):
    """The runs along a path, and the families of such runs."""

    def __init__(
        self, paths: Paths, target: str, field: str, rules: Sequence[int], leaves: Leaves
    ) -> None:
        super().__init__(paths, target, field, rules)
        self._leaves = leaves

    def family(self, still: Collection[Place] = (), top: int | None = None) -> Family | None:
        """A family of runs on this path that only the ranges of inputs end; None where none was found.

        It is looked for first among runs whose inputs at the places ``still`` are 0. Its last member has
        the measure ``top``, the greatest on this path; else its first one has small inputs, so that
        inputs which have to stay near each other grow together.
        """
        if top is not None and (top < FAR[-1] or not self._is_held_by_ranges(top)):
            return None
        for held in (still, ()) if still else ((),):
            family, far = self._farthest(held, top)
            if family is not None and self._is_endless(family, top):
                last = family.least + family.gain * family.last
                if top is None and not self._is_held_by_ranges(self.greatest(last, SIGN - 1)):
                    return None  # another family on this path reaches a limit of the model
                return self._by_fewest(family, far, top)
        return None

    def _farthest(self, held: Collection[Place], top: int | None) -> tuple[Family | None, int]:
        """The family with the farthest second member, and the number of that; None where none was found."""
        try:
            if top is None and solved(*self._two_members(FAR[-1], held, None)) is None:
                return None, 0  # what cannot move so far moves no farther
        except GaveUp:
            pass
        for far in FAR:
            try:
                found = self._straight(*self._two_members(far, held, top))
            except GaveUp:
                found = None
            family = None if found is None else self._as_family(*found, far)
            if family is not None:
                return family, far
        return None, 0

    def _is_endless(self, family: Family, top: int | None) -> bool:
        """Whether the last member has the measure ``top``, which only the ranges of inputs limit.

        Else, whether a further member is no run since an input, or a sum of inputs, would leave its range.
        """
        if top is not None:
            return family.least + family.gain * family.last >= top
        return self._leaves(self.run(family.inputs(family.last + 1)))

    def _is_held_by_ranges(self, top: int) -> bool:
        """Whether a run with more than ``top`` is found that is none since it leaves the range of inputs."""
        wider = [_widened(c) for c in [*self._conditions, *self._low.definitions]]
        wider += [_widened(c) for c in self._low.ranges.values()]
        try:
            model = model_of([*wider, self._measure > top])
        except GaveUp:
            return False
        return model is not None and self._leaves(self.run(self._values(model)))

    def _values(self, model: Any) -> dict[Place, int | bool]:
        """The inputs in a model."""
        found: dict[Place, int | bool] = {}
        for place, x in self.places():
            value = model.eval(self.constant(place, x), True)
            found[place] = z3.is_true(value) if isinstance(x, Flag) else int(value.as_long())
        return found

    def _by_fewest(self, family: Family, far: int, top: int | None) -> Family:
        """The family in which only such inputs move without which there is no endless one."""
        for place in family.direction:
            fewer = {p: stride for p, stride in family.direction.items() if p != place}
            found = self._as_family(family.first, fewer, far) if fewer else None
            if found is not None and self._is_endless(found, top):
                return self._by_fewest(found, far, top)
        return family

    def _two_members(
        self, far: int, held: Collection[Place], top: int | None
    ) -> tuple[list[Any], Lowering]:
        """The constraints of the first member of a family and of the one of number ``far``.

        The latter has the measure ``top``, and where nothing is ``held``, its inputs are those that a solver
        gives; where ``top`` is None, the inputs of the first member are small.
        """
        last = None if held or top is None else self._model(self._measure >= top)
        low = Lowering(z3.Const)
        conditions, measures = [], []
        for number in (0, far):
            followed = self._follow(partial(self._moved, far=number))
            conditions += [low.condition(c) for c in followed.conditions]
            measures.append(low.linear(self.value(followed)))
        conditions += [measures[0] >= -1, measures[1] - measures[0] >= far]
        if top is not None:
            conditions.append(measures[1] == top)
        for place, x in self.places():
            own = self.constant(place, x)
            if last is not None:
                moved = own + far * self._stride(place, x) if isinstance(x, Variable) else own
                conditions.append(moved == last.eval(own, True))
            elif top is None and isinstance(x, Variable):
                conditions.append(own <= SMALL)
            if place in held and isinstance(x, Variable):
                conditions += [own == 0, self._stride(place, x) == 0]
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

    def _stride(self, place: Place, x: Input) -> Any:
        """The distance of an input from one member of a family to the next."""
        return z3.Const(self._name(place, x, "/n"), z3.IntSort())

    def _moved(self, number: int, x: Input, far: int) -> Linear | Condition:
        """An input of the member of that number of a family, by its first one and its direction."""
        first = self.unknown(number, x)
        if isinstance(first, Condition) or not far:
            return first
        name = self._name((number, x.name), x, "/n")
        return first.plus(self._arena.variable(name, -STRIDE, STRIDE), far)


def _greatest(holds: Callable[[int], bool]) -> int:
    """The greatest number for which a statement holds that holds from 0 up to some number, and not above."""
    low, high = 0, ENDLESS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _widened(condition: Any) -> Any:
    """A condition in which the ends of inputs' ranges are farther away."""
    numbers, seen, todo = dict[int, Any](), set[int](), [condition]
    while todo:
        part = todo.pop()
        if part.get_id() not in seen:
            seen.add(part.get_id())
            todo += part.children()
            if z3.is_int_value(part) and 0 <= INPUT_LIMIT - abs(part.as_long()) < WIDER:
                numbers[part.as_long()] = part
    wider = (
        (n, z3.IntVal(value + (WIDER if value > 0 else -WIDER))) for value, n in numbers.items()
    )
    return z3.substitute(condition, *wider)
