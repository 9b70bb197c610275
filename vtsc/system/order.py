"""Order: of runs that differ only in the order of commuting steps, one is searched.

Of two neighbouring steps that commute, neither of them the last, the one whose call comes first among the
system's calls goes first. A step that the next one overwrites is left out. The least of all shortest runs
to a target is of this form, since otherwise an exchange of the two would make it less, or leaving out the
first one would make it shorter. So neither depths nor canonical witnesses change.

Time passes before each step. If the first of two steps does not see time, all time can pass before both; if
the second does not, its time can pass after it. Otherwise they are exchanged only if no time passes between
them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from vtsc.symbolic.forms import Comparison, Linear, Negation, Variable, unknowns, walk
from vtsc.symbolic.names import MID
from vtsc.symbolic.values import parts
from vtsc.system.detours import constant, steps_see_time, time_adds_up, time_inputs
from vtsc.system.system import Rule, System

Followers = list[tuple[int, tuple[int, ...]]]
"""Rules by their numbers, each with those that do not follow it at once, unless they end the run."""


@dataclass(frozen=True)
class Order:
    """The pairs of consecutive steps that a run need not have, unless the second one is its last."""

    never: Followers
    at_once: Followers
    """The pairs that it need not have where no time passes between the two."""
    time: tuple[str, ...]
    """The inputs with which time passes."""


NONE = Order([], [], ())


def order(system: System) -> Order:
    """The pairs of rules of which the second one does not follow the first."""
    if not time_adds_up(system) or steps_see_time(system) or not _may_stand_still(system):
        return NONE
    time = _Time(system)
    rules = [_Touching(rule, time) for rule in system.rules]
    never: Followers = []
    at_once: Followers = []
    for number, first in enumerate(rules):
        always = [n for n, second in enumerate(rules) if first.is_needless_before(second)]
        sometimes = {n for n, second in enumerate(rules) if first.goes_second_at_once(second)}
        if always:
            never.append((number, tuple(always)))
        if sometimes.difference(always):
            at_once.append((number, tuple(sorted(sometimes.difference(always)))))
    return Order(never, at_once, tuple(sorted(time.inputs)))


class _Time:
    """The inputs of passing time, and the fields that it changes or depends on."""

    def __init__(self, system: System) -> None:
        self.inputs = time_inputs(system)
        self.reset = {name for name, value in system.passing.items() if constant(value)}
        """The fields to which time gives a constant: no rule reads what a step before stored there."""
        self.moved = system.passing.keys() - self.reset
        self._slots = system.slots.keys()
        passing = [part for value in system.passing.values() for part in parts(value)]
        self.touched = self.moved | self.fields(unknowns([system.passable, *passing]))
        """The fields that it moves, or that decide how it passes."""

    def fields(self, names: Iterable[str]) -> set[str]:
        """The fields that unknowns stand for, before or after time has passed."""
        return {name.split("=")[0].removesuffix(MID) for name in names} & self._slots


class _Touching:
    """The fields that a rule reads and stores, and whether it depends on time."""

    def __init__(self, rule: Rule, time: _Time) -> None:
        self._call = rule.call
        stored = [part for value in rule.updates.values() for part in parts(value)]
        seen = unknowns([rule.condition, *stored])
        self._reads = time.fields(seen) - time.reset
        self._stores = rule.updates.keys() - time.reset
        self._sees_input = bool(seen & time.inputs)
        self._is_steady = not rule.updates.keys() & time.touched
        self._sees_time = self._sees_input or bool(self._reads & time.moved)

    @cached_property
    def _is_timeless(self) -> bool:
        """Whether it does the same at any time, and does not change how time passes."""
        return self._is_steady and not self._sees_time

    def is_needless_before(self, second: "_Touching") -> bool:
        """Whether a run with the two in this order can be shorter, or less."""
        overwritten = self._stores <= second._stores and not second._reads & self._stores
        if overwritten and self._is_steady:
            return True
        timeless = self._is_timeless or second._is_timeless
        return timeless and self._goes_second(second)

    def goes_second_at_once(self, second: "_Touching") -> bool:
        """Whether a run with the two in this order can be less if no time passes between them."""
        steady = self._is_steady and second._is_steady and not self._sees_input
        return steady and self._goes_second(second)

    def _goes_second(self, second: "_Touching") -> bool:
        """Whether the two commute, but for time, and the second one's call comes first."""
        apart = not (
            self._reads & second._stores
            or second._reads & self._stores
            or self._stores & second._stores
        )
        return apart and second._call < self._call


def _may_stand_still(system: System) -> bool:
    """Whether time can stand still wherever some time can pass."""
    time = time_inputs(system)
    if any(system.inputs.words.get(name, 1) for name in time):
        return False
    for term in walk([system.passable]):
        if not isinstance(term, Comparison | Negation) or not unknowns([term]) & time:
            continue
        if isinstance(term, Negation) or not _is_upper_bound(term, time):
            return False
    return True


def _is_upper_bound(demand: Comparison, time: set[str]) -> bool:
    """Whether a demand on times that some times meet is met by times of 0, too."""
    factors = [
        (atom, c) for atom, c in demand.form.terms if unknowns([Linear(((atom, c),), 0)]) & time
    ]
    if len(factors) == len(demand.form.terms):
        return demand.form.constant == 0
    grows = all(isinstance(atom, Variable) and c > 0 for atom, c in factors)
    return grows and not demand.equation
