"""Compares a system with itself after an exchange of instances: its steps, its starts and its facts.

Terms are compared after renaming. Where they differ in form, the solver is asked whether they can
differ in value, in a state that the given facts allow.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from vtsc.base.lines import Line
from vtsc.language.actions import Call
from vtsc.language.lemmas import ONE_VALUE, Lemma
from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Index, Truth, Word, same
from vtsc.system.doubts import Invariants
from vtsc.system.exchange import Exchange, Exchanged, Groups, Names, generators, representative
from vtsc.system.instances import everyone
from vtsc.system.normal import Normal
from vtsc.system.system import Compared, Fact, Rule, System

Kinds = Callable[[Call], Sequence[str]]
Key = tuple[int, frozenset[tuple[str, object]], frozenset[tuple[str, int]]]
"""Two rules of a call are the same if their keys are equal."""


class Alike:
    """A system, not yet simplified, and the same with instances exchanged."""

    def __init__(
        self, system: System, sizes: Mapping[str, int], kinds: Kinds, known: Invariants
    ) -> None:
        self._system = system
        self._sizes = sizes
        self._kinds = kinds
        self._known = known

    @cached_property
    def _names(self) -> Names:
        return Names(self._system, self._sizes)

    @property
    def _arena(self) -> Arena:
        return self._system.arena

    @cached_property
    def _rules(self) -> dict[Call, list[Rule]]:
        normal = Normal(self._system)
        wrong = self._arena.disjunction(normal.granted)
        fits = not normal.granted or not self._known.possible((wrong, *self._known.amid))
        found: dict[Call, list[Rule]] = {call: [] for call in self._system.calls}
        for rule in normal.rules if fits else self._system.rules:
            found[self._system.calls[rule.call]].append(rule)
        return found

    def _exchanged(self, exchange: Exchange) -> Exchanged:
        return Exchanged(self._names, exchange, self._kinds)

    def starts_differ(self, groups: Groups) -> str:
        """A difference of the starts after an exchange of the instances in ``groups``; empty without one."""
        for exchanged in self._generators(groups):
            initial = exchanged.values(self._system.initial)
            initially = exchanged.condition(self._system.initially)
            if not self._agree(initially, initial, self._system.initial):
                return f"{exchanged.exchange.told} start differently"
        return ""

    def _agree(
        self, initially: Condition, one: Mapping[str, Value], other: Mapping[str, Value]
    ) -> bool:
        """Whether starts with a condition and values ``one`` are the system's, whose values are ``other``."""
        differences = list(self._differences(one, other))
        if initially is self._system.initially and not differences:
            return True
        arena = self._arena
        both = _equivalent(arena, initially, self._system.initially)
        worse = arena.disjunction([arena.negation(both), *differences])
        return not self._known.possible((self._system.initially, worse)) and not (
            self._known.possible((initially, worse))
        )

    def steps_differ(self, groups: Groups) -> str:
        """A difference of the steps after an exchange of the instances in ``groups``; empty without one."""
        return self._passing_differs(groups) or next(self._rules_differ(groups), "")

    def _passing_differs(self, groups: Groups) -> str:
        system = self._system
        now = {n: system.passing.get(n, system.pre[n]) for n in system.slots}
        for exchanged in self._generators(groups):
            differences = list(self._differences(exchanged.values(now), now))
            passable = exchanged.condition(system.passable)
            if passable is not system.passable:
                same_time = _equivalent(self._arena, passable, system.passable)
                differences.append(self._arena.negation(same_time))
            if any(self._known.possible((*self._known.before, d)) for d in differences):
                return f"time passes differently for {exchanged.exchange.told}"
        return ""

    def _rules_differ(self, groups: Groups) -> Iterator[str]:
        renamed: dict[tuple[int, ...], Exchanged] = {}
        for call in self._system.calls:
            kinds = self._kinds(call)
            first, to, keeping = representative(groups, kinds, call)
            for exchange in keeping if first == call else [to]:
                key = tuple(exchange.number(k, n) for k, all_ in groups.items() for n in all_)
                if key not in renamed:
                    renamed[key] = self._exchanged(exchange)
                if not self._same_rules(renamed[key], first, call):
                    other = f"{call} with {exchange.told} exchanged" if first == call else str(call)
                    yield f"{first} and {other} have different rules"

    def facts_differ(self, groups: Groups) -> str:
        """A difference of the facts after an exchange of the instances in ``groups``; empty without one."""
        facts = {(f.lemma, f.args): f for f in self._system.facts}
        for exchanged in self._generators(groups):
            for fact in self._system.facts:
                if not self._same_fact(exchanged, fact, facts):
                    return f"{fact.name} says something else of {exchanged.exchange.told}"
        return ""

    def _same_fact(
        self, exchanged: Exchanged, fact: Fact, facts: Mapping[tuple[Lemma, tuple[int, ...]], Fact]
    ) -> bool:
        if not fact.lemma.over:
            there = fact  # it is about all instances, or about none
        else:
            args = exchanged.exchange.numbers(fact.lemma.over, fact.args)
            there = facts[fact.lemma, args]
        said = exchanged.condition(fact.condition)
        if said is there.condition or fact.lemma is ONE_VALUE:
            return True
        differ = self._arena.negation(_equivalent(self._arena, said, there.condition))
        return not self._known.possible((*self._known.axioms, differ))

    def _generators(self, groups: Groups) -> Iterator[Exchanged]:
        for kind, instances in groups.items():
            for exchange in generators(kind, instances):
                yield self._exchanged(exchange)

    def _differences(
        self, one: Mapping[str, Value], other: Mapping[str, Value]
    ) -> Iterator[Condition]:
        """For each field whose values are different terms, the condition under which they differ."""
        for name, value in one.items():
            if not same(value, other[name]):
                yield self._arena.negation(_equal(self._arena, value, other[name]))

    def _same_rules(self, exchanged: Exchanged, first: Call, call: Call) -> bool:
        """Whether the rules of ``first``, exchanged, are those of ``call``."""
        there = {_key(rule): rule for rule in self._rules[call]}
        left = {}
        for rule in self._rules[first]:
            moved = Rule(
                rule.call,
                exchanged.condition(rule.condition),
                exchanged.values(rule.updates),
                {target: exchanged.condition(hit) for target, hit in rule.targets.items()},
                rule.lines,
            )
            key = _key(moved)
            if there.pop(key, None) is None:
                left[key] = moved
        here, others = list(left.values()), list(there.values())
        return self._covered(here, others) and self._covered(others, here)

    def _covered(self, rules: Sequence[Rule], by: Sequence[Rule]) -> bool:
        """Whether in each state in which one of the rules applies, one of the others does the same."""
        arena = self._arena
        for rule in rules:
            others = (arena.negation(self._does(other, rule)) for other in by)
            if self._known.possible((*self._known.amid, rule.condition, *others)):
                return False
        return True

    def _does(self, rule: Rule, other: Rule) -> Condition:
        """The condition under which a rule applies and does the same as the other."""
        arena, system = self._arena, self._system
        parts = [rule.condition]
        for name in rule.updates.keys() | other.updates.keys():
            mid = system.mid[name]
            parts.append(_equal(arena, rule.updates.get(name, mid), other.updates.get(name, mid)))
        for target in rule.targets.keys() | other.targets.keys():
            hits = (r.targets.get(target, arena.false) for r in (rule, other))
            parts.append(_equivalent(arena, *hits))
        return arena.conjunction(parts)


def compared(
    machine: Any,
    system: System,
    known: Invariants,
    noted: Iterable[tuple[Line, str]],
) -> Compared:
    """Compare a system with itself after instances have been exchanged.

    Starts are compared for the instances that start alike, as the machine says, all else for all instances.
    """
    alike = Alike(system, machine.sizes, machine.kinds, known)
    every = everyone(machine)
    differs = (
        alike.starts_differ(machine.symmetric)
        or alike.steps_differ(every)
        or alike.facts_differ(every)
    )
    return Compared(differs, tuple(noted))


def _key(rule: Rule) -> Key:
    updates = frozenset((name, _identity(value)) for name, value in rule.updates.items())
    return rule.condition.id, updates, frozenset((n, c.id) for n, c in rule.targets.items())


def _identity(value: Value) -> object:
    """An object that is equal for two values if these are the same terms."""
    if isinstance(value, Word):
        return value.form.key
    if isinstance(value, Truth):
        return value.condition.id
    assert isinstance(value, Index)
    return tuple(sorted((i, c.id) for i, c in value.members.items()))


def _equivalent(arena: Arena, a: Condition, b: Condition) -> Condition:
    return arena.branch(a, b, arena.negation(b))


def _equal(arena: Arena, a: Value, b: Value) -> Condition:
    """The condition under which two values of a field are equal."""
    if isinstance(a, Word):
        return arena.is_zero(a.form.plus(b.form, -1))
    if isinstance(a, Truth):
        return _equivalent(arena, a.condition, b.condition)
    assert isinstance(a, Index)
    return arena.conjunction(_equivalent(arena, c, b.members[i]) for i, c in a.members.items())
