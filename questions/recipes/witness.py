"""Delays that are as small as they can be: witnesses are easy to read, and the same in every process."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.terms import Arena


class Questions(Protocol):
    """What is asked about delays; see `vtsc.solver.asking.Asking`."""

    def possible(self, *conditions: Condition) -> bool:
        """Whether all conditions can hold together."""
        ...

    def values(self, *conditions: Condition) -> dict[str, int] | None:
        """Values with which all conditions hold together; None where there are none."""
        ...


def least(asking: Questions, arena: Arena, delays: Mapping[str, Linear]) -> dict[str, int] | None:
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
        fixed.append(_smallest(asking, arena, name, delays[name], fixed))
    return asking.values(*fixed)


def _smallest(
    asking: Questions, arena: Arena, name: str, delay: Linear, fixed: Sequence[Condition]
) -> Condition:
    """The bound that a delay has its least value, those that are fixed being given.

    What a solver finds is often a corner, so it is asked at once whether there is less than that.
    """
    low, high = delay.interval.lo or 0, delay.interval.hi or 0
    corner = True
    while low < high:
        most = high - 1 if corner else (low + high) // 2
        found = asking.values(*fixed, _at_most(arena, delay, most))
        if found is None:
            low = most + 1
        else:
            high = found[name]
        corner = not corner
    return _at_most(arena, delay, high)


def _at_most(arena: Arena, delay: Linear, value: int) -> Condition:
    return arena.at_most_zero(delay.plus(Linear((), -value)))
