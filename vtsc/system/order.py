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

from vtsc.language.state import Value
from vtsc.symbolic.forms import Comparison, Condition, Linear, Negation, Variable, unknowns, walk
from vtsc.symbolic.names import MID
from vtsc.symbolic.values import parts
from vtsc.system.detours import constant, steps_see_time, time_adds_up
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
    time = _time_inputs(system)
    rules = [_Touching(system, rule, time) for rule in system.rules]
    never: Followers = []
    at_once: Followers = []
    for number, first in enumerate(rules):
        always = [n for n, second in enumerate(rules) if first.is_needless_before(second)]
        sometimes = [n for n, second in enumerate(rules) if first.goes_second_at_once(second)]
        never += [(number, tuple(always))] * bool(always)
        left = tuple(n for n in sometimes if n not in always)
        at_once += [(number, left)] * bool(left)
    return Order(never, at_once, tuple(sorted(time)))


class _Touching:
    """The fields that a rule reads and stores, and whether it depends on time."""

    def __init__(self, system: System, rule: Rule, time: set[str]) -> None:
        self._call = rule.call
        stored = [part for value in rule.updates.values() for part in parts(value)]
        seen = unknowns([rule.condition, *stored])
        reset = _reset(system)
        self._reads = _fields(seen, system) - reset
        self._stores = rule.updates.keys() - reset
        moved = system.passing.keys() - reset
        governing = _fields(unknowns([system.passable, *_terms(system.passing.values())]), system)
        self._sees_input = bool(seen & time)
        self._is_steady = not rule.updates.keys() & (moved | governing)
        self._sees_time = self._sees_input or bool(self._reads & moved)

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


def _time_inputs(system: System) -> set[str]:
    inputs = {*system.inputs.words, *system.inputs.flags}
    return unknowns([system.passable, *_terms(system.passing.values())]) & inputs


def _reset(system: System) -> set[str]:
    """The fields to which passing time gives a constant: no rule reads what a step before stored there."""
    return {name for name, value in system.passing.items() if constant(value)}


def _fields(names: Iterable[str], system: System) -> set[str]:
    """The fields that unknowns stand for, before or after time has passed."""
    found = {name.split("=")[0].removesuffix(MID) for name in names}
    return found & system.slots.keys()


def _terms(values: Iterable[Value]) -> list[Linear | Condition]:
    return [part for value in values for part in parts(value)]


def _may_stand_still(system: System) -> bool:
    """Whether time can stand still wherever some time can pass."""
    time = _time_inputs(system)
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
