"""Runs along a path: the rules of all steps are given, and states are functions of the inputs.

Where `vtsc.system.chain` gives each state unknowns of its own, here the values after a step are substituted
into the next one. What is left is a conjunction of conditions on inputs, which is far easier than a search,
and which is often decided by the ranges of the inputs alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable, unknowns, walk
from vtsc.symbolic.names import INITIAL, MID
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import parts
from vtsc.system.simplify import replace
from vtsc.system.step import replacements
from vtsc.system.system import Rule, System

START = -1
"""The number of the initial state, where the others are those of steps, from 0."""

Input = Variable | Flag
"""The unknown that an input is in the terms of a system."""

Given = Callable[[int, Input], Linear | Condition]
"""Gives the value of an input of a step: a form for a word, a condition for a truth value."""


@dataclass(frozen=True)
class Followed:
    """The state at the end of a path, and the conditions under which a run takes it."""

    conditions: tuple[Condition, ...]
    state: Mapping[str, Value]


class Paths:
    """Follows paths of a system."""

    def __init__(self, system: System) -> None:
        self.system = system
        terms: list[Linear | Condition] = [system.initially, system.passable]
        terms += [x for v in (*system.initial.values(), *system.passing.values()) for x in parts(v)]
        for rule in system.rules:
            terms += _terms(rule)
        inputs = {INITIAL + n for n in (*system.initial_inputs.words, *system.initial_inputs.flags)}
        inputs |= {*system.inputs.words, *system.inputs.flags}
        found = {x.name: x for x in walk(terms) if isinstance(x, Input)}
        self._inputs = {name: x for name, x in found.items() if name in inputs}
        """The inputs on which anything depends, by the names of their unknowns."""
        passing = [system.passable, *(x for v in system.passing.values() for x in parts(v))]
        self._passing = self._named_in(passing)
        self._ruled = {n: self._named_in(_terms(rule)) for n, rule in enumerate(system.rules)}

    def _named_in(self, terms: Iterable[Linear | Condition]) -> list[str]:
        return sorted(unknowns(terms) & self._inputs.keys())

    def inputs(self, number: int, rules: Sequence[int]) -> list[Input]:
        """The inputs of a step of a path on which it depends, or of the initial state."""
        if number == START:
            names = [name for name in self._inputs if name.startswith(INITIAL)]
        else:
            own = {*self._passing, *self._ruled[rules[number]]}
            names = [name for name in own if not name.startswith(INITIAL)]
        return [self._inputs[name] for name in sorted(names)]

    def follow(self, rules: Sequence[int], target: str, given: Given) -> Followed:
        """The path of ``rules`` from the initial states, whose last step hits ``target``."""
        start = self.begin(given)
        return self.resume(start, rules, target, given)

    def begin(self, given: Given) -> Followed:
        """The initial states."""
        system, fixed = self.system, self._given(START, (), given)
        substitution = Substitution(system.arena, *fixed.both)
        initial = {n: replace(substitution, v) for n, v in system.initial.items()}
        conditions = (*fixed.ranges, substitution.condition(system.initially))
        return Followed(conditions, {n: initial[n] for n in system.slots})

    def resume(self, before: Followed, rules: Sequence[int], target: str, given: Given) -> Followed:
        """The path with ``rules`` added, the last of which hits ``target`` unless that is empty."""
        system, state = self.system, dict(before.state)
        conditions = list(before.conditions)
        first = self._given(START, (), given)
        for number, which in enumerate(rules):
            rule = system.rules[which]
            own = self._given(number, rules, given)
            words, flags = replacements(state)
            words = {**first.words, **own.words, **words}
            flags = {**first.flags, **own.flags, **flags}
            pre = Substitution(system.arena, words, flags)
            mid = {n: replace(pre, v) for n, v in system.passing.items()}
            moved, changed = replacements(mid, MID)
            amid = Substitution(system.arena, {**words, **moved}, {**flags, **changed})
            conditions += [
                *own.ranges,
                pre.condition(system.passable),
                amid.condition(rule.condition),
            ]
            if target and number == len(rules) - 1:
                conditions.append(amid.condition(rule.targets[target]))
            state |= mid
            state |= {n: replace(amid, v) for n, v in rule.updates.items()}
        true = system.arena.true
        return Followed(tuple(c for c in conditions if c is not true), state)

    def _given(self, number: int, rules: Sequence[int], given: Given) -> "_Fixed":
        """The values of the inputs of a step, and the conditions that they are in their ranges."""
        arena, found = self.system.arena, _Fixed({}, {}, [])
        for x in self.inputs(number, rules):
            value = given(number, x)
            if isinstance(x, Flag):
                assert isinstance(value, Condition)
                found.flags[x.name] = value
                continue
            assert isinstance(value, Linear)
            found.words[x.name] = value
            for end, sign in ((x.interval.lo, -1), (x.interval.hi, 1)):
                if end is not None:
                    form = value.plus(Linear((), -end)).times(sign)
                    found.ranges.append(arena.at_most_zero(form))
        return found


@dataclass(frozen=True)
class _Fixed:
    """The values of some inputs by their names, and the conditions that they are in their ranges."""

    words: dict[str, Linear]
    flags: dict[str, Condition]
    ranges: list[Condition]

    @property
    def both(self) -> tuple[dict[str, Linear], dict[str, Condition]]:
        """The words and the flags."""
        return self.words, self.flags


def _terms(rule: Rule) -> list[Linear | Condition]:
    """The terms of a rule."""
    stored = [x for value in rule.updates.values() for x in parts(value)]
    return [rule.condition, *stored, *rule.targets.values()]
