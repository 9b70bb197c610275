"""Delays that are as small as they can be: witnesses are easy to read, and the same in every process."""

from collections.abc import Mapping, Sequence

from vtsc.solver.asking import Asking
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.terms import Arena


def least(asking: Asking, arena: Arena, delays: Mapping[str, Linear]) -> dict[str, int] | None:
    """Values of the delays, as many as can be at their least; None where there are none at all."""
    if asking.values() is None:
        return None
    fixed: list[Condition] = []
    rest: list[str] = []

    def settle(names: Sequence[str]) -> None:
        low = [_at_most(arena, delays[n], delays[n].interval.lo or 0) for n in names]
        if asking.possible(*fixed, *low):
            fixed.extend(low)
        elif len(names) == 1:
            rest.extend(names)
        else:
            settle(names[: len(names) // 2])
            settle(names[len(names) // 2 :])

    if delays:
        settle(list(delays))
    for name in rest:
        fixed.append(_smallest(asking, arena, delays[name], fixed))
    return asking.values(*fixed)


def _smallest(asking: Asking, arena: Arena, delay: Linear, fixed: Sequence[Condition]) -> Condition:
    """The bound that a delay has its least value, those that are fixed being given."""
    low, high = delay.interval.lo or 0, delay.interval.hi or 0
    while low < high:
        middle = (low + high) // 2
        if asking.possible(*fixed, _at_most(arena, delay, middle)):
            high = middle
        else:
            low = middle + 1
    return _at_most(arena, delay, high)


def _at_most(arena: Arena, delay: Linear, value: int) -> Condition:
    return arena.at_most_zero(delay.plus(Linear((), -value)))
