"""One step of a system as a relation, which every engine and every question lowers in its own terms.

A step is one *way* through one call: a rule with the condition under which it applies, the values that it
stores and the targets that it hits. `named` keeps the state in the middle of the step, when time has passed,
under names of its own; `direct` puts it in terms of the state before the step and the inputs. `encoded` says
once what a step is, and an `Algebra` says what that is made of: Z3 expressions or terms.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.names import AFTER, MID, called, chosen
from vtsc.system.step import Consequences
from vtsc.system.system import System

T = TypeVar("T")


@dataclass(frozen=True)
class Way:
    """One rule of a step. ``call`` is the number of its call in the system."""

    call: int
    condition: Condition
    stores: Mapping[str, Value]
    """The fields that it changes, with their values after the step."""
    hits: Mapping[str, Condition]
    """The targets that it may hit, with the condition under which it does."""


@dataclass(frozen=True)
class Relation:
    """A step of a system: time passes, then one of the ways is taken."""

    passable: Condition
    """The condition under which time can pass as the inputs say."""
    passing: Mapping[str, Value]
    """The fields in the middle of the step that have names of their own there."""
    ways: tuple[Way, ...]
    kept: Mapping[str, Value]
    """A field's value after the step where the way that is taken does not change it."""
    calls: int
    """The number of calls."""
    targets: tuple[str, ...]


def named(system: System) -> Relation:
    """The relation with names for the fields in the middle of the step."""
    ways = (Way(r.call, r.condition, r.updates, r.targets) for r in system.rules)
    kept = {name: system.mid[name] for name in system.slots}
    passable, passing = system.passable, system.passing
    return Relation(passable, passing, tuple(ways), kept, len(system.calls), system.targets)


def direct(system: System) -> Relation:
    """The relation in terms of the state before the step and the inputs alone."""
    follow = Consequences(system)
    ways = tuple(
        Way(
            rule.call,
            follow.passed(rule.condition),
            {name: follow.passed_value(value) for name, value in rule.updates.items()},
            {target: follow.passed(hit) for target, hit in rule.targets.items()},
        )
        for rule in system.rules
    )
    kept = {name: follow.passed_value(system.mid[name]) for name in system.slots}
    passable = follow.passed(system.passable)
    return Relation(passable, {}, ways, kept, len(system.calls), system.targets)


class Logic(Protocol[T]):
    """The operations on truth values that a question is made with; `T` is their type."""

    def flag(self, name: str) -> T:
        """The Boolean unknown of that name."""
        ...

    def condition(self, condition: Condition) -> T:
        """The truth value of a condition."""
        ...

    def every(self, parts: Sequence[T]) -> T:
        """The conjunction of the parts."""
        ...

    def some(self, parts: Sequence[T]) -> T:
        """The disjunction of the parts."""
        ...

    def opposite(self, part: T) -> T:
        """The negation of the part."""
        ...

    def implies(self, a: T, b: T) -> T:
        """The implication from ``a`` to ``b``."""
        ...


class Algebra(Logic[T], Protocol[T]):
    """The operations that the constraints of a whole step are made with."""

    def holds(self, name: str, suffix: str, value: Value) -> list[T]:
        """Equations of the unknowns of field ``name``, with ``suffix`` behind it, with ``value``."""
        ...

    def same(self, a: T, b: T) -> T:
        """The equivalence of ``a`` and ``b``."""
        ...


@dataclass(frozen=True)
class Encoded(Generic[T]):
    """The constraints of a step, and for each target the truth value that the step hits it."""

    constraints: list[T]
    hits: dict[str, T]


def encoded(relation: Relation, algebra: Algebra[T]) -> Encoded[T]:
    """A step: time passes, one call is made by one of its ways, and all else stays as it is."""
    constraints = [algebra.condition(relation.passable)]
    for name, value in relation.passing.items():
        constraints += algebra.holds(name, MID, value)
    calls = [algebra.flag(called(n)) for n in range(relation.calls)]
    selectors: list[list[T]] = [[] for _ in calls]
    changers: dict[str, list[T]] = {name: [] for name in relation.kept}
    hits: dict[str, list[T]] = {name: [] for name in relation.targets}
    for number, way in enumerate(relation.ways):
        taken = algebra.flag(chosen(number))
        selectors[way.call].append(taken)
        effect = [algebra.condition(way.condition)]
        for name, value in way.stores.items():
            changers[name].append(taken)
            effect += algebra.holds(name, AFTER, value)
        constraints += [algebra.implies(taken, part) for part in effect]
        for target, hit in way.hits.items():
            hits[target].append(algebra.every([taken, algebra.condition(hit)]))
    for name, changing in changers.items():
        stays = algebra.every(algebra.holds(name, AFTER, relation.kept[name]))
        constraints.append(algebra.some([*changing, stays]))
    constraints += [algebra.same(c, algebra.some(s)) for c, s in zip(calls, selectors, strict=True)]
    constraints.append(algebra.some(calls))
    constraints += [algebra.opposite(algebra.every(pair)) for pair in _pairs(calls)]
    return Encoded(constraints, {name: algebra.some(ways) for name, ways in hits.items()})


def _pairs(items: Sequence[T]) -> Iterable[list[T]]:
    return ([a, b] for i, a in enumerate(items) for b in items[:i])


def taken(relation: Relation, logic: Logic[T]) -> tuple[list[T], list[T]]:
    """A literal for each way, and the constraints that it applies where its literal holds."""
    literals = [logic.flag(chosen(n)) for n in range(len(relation.ways))]
    applies = [
        logic.implies(literal, logic.condition(way.condition))
        for literal, way in zip(literals, relation.ways, strict=True)
    ]
    return literals, applies


def hit(relation: Relation, logic: Logic[T], literals: Sequence[T], target: str) -> T:
    """Whether one of the ways whose literals hold hits ``target``."""
    return logic.some(
        [
            logic.every([literal, logic.condition(way.hits[target])])
            for literal, way in zip(literals, relation.ways, strict=True)
            if target in way.hits
        ]
    )
