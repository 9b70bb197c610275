"""Two systems as one: each step is a step of both, by the same call and with the same inputs.

The fields that have the same values in both after every step, as far as this can be shown, are kept once;
they are what the two *share*. Of the others the second system has copies, called ``new.`` and the name.

In a step of the pair, time passes in both, and it moves what they share alike. Then both take the call. Where
one of them cannot take it, the other may take it alone, if this lets nobody observe anything and leaves alone
what is *fixed*: what they share and time moves, or some guard depends on. The first one then *waits*. Where
the other may not, and the first one has no such step of its own either, the two *part*: from there on they
have no run in common.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vtsc.language.lemmas import ONE_VALUE, Lemma
from vtsc.language.observing import FIELDS, OBSERVING
from vtsc.language.state import Value
from vtsc.language.words import MODULUS
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.names import INITIAL, MID
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.transfer import Transfer
from vtsc.symbolic.values import Word, same
from vtsc.system.both import inputs_of, one_value
from vtsc.system.chain import equal
from vtsc.system.system import Fact, Rule, System

NEW = "new."
"""Stands before the names of fields, and of lemmas, of the second system."""
DIFFERENCE = "difference"
"""The target that is hit where the two let somebody observe different things."""
PARTING = "parting"
"""The target that is hit where only one of the two can go on."""
Possible = Callable[[Sequence[Condition]], bool]
"""Whether conditions can hold together; may say yes when in doubt."""
Knowing = Callable[[Arena, Sequence[Condition]], Possible]
"""A solver for the terms of an arena that takes some conditions as known."""


@dataclass(frozen=True)
class Pair:
    """The system of a pair, and the fields that the two share."""

    system: System
    shared: frozenset[str]
    common: frozenset[str]
    """The fields that both have."""
    known: tuple[Condition, ...]
    """What is known of the middle of a step."""
    excluded: tuple[Condition, ...]
    """What the pair relies on never to be so in the middle of a step, given what is known."""
    never_first: tuple[Condition, ...]
    """The same for an initial state, of which nothing is known."""
    partings: tuple[Rule, ...]
    """For each call the steps, which change nothing, by which one would go on alone."""

    @property
    def ending(self) -> System:
        """The system with the steps at which the two part."""
        rules = sorted((*self.system.rules, *self.partings), key=lambda rule: rule.call)
        return replace(self.system, rules=rules, targets=(DIFFERENCE, PARTING))


def agree(arena: Arena, a: Value, b: Value) -> Condition:
    """The condition that two values of one field mean the same: counters mod 2^64."""
    if not isinstance(a, Word) or not (a.residue or b.residue):
        return equal(arena, a, b)
    form = a.form.plus(b.form, -1)
    return arena.is_zero(form.plus(arena.quotient(form, MODULUS), -MODULUS))


def paired(
    old: System, new: System, knowing: Knowing, guarding: frozenset[str] = frozenset()
) -> Pair:
    """The pair of two systems that `Observing` watches, neither of them simplified.

    Their facts must hold of every reachable state, also when time has passed in a step. The pair is made in
    the arena of ``old``. ``guarding``: the fields on which guards depend.
    """
    common = frozenset(
        name
        for name, slot in old.slots.items()
        if new.slots.get(name) == slot and name not in FIELDS
    )
    schedule = guarding | old.passing.keys() | new.passing.keys()
    shared = common
    while True:
        made = _Pairing(old, new, knowing, shared, shared & schedule)
        differing = made.differing()
        if not differing:
            system = made.system()
            excluded, never_first = tuple(made.excluded), tuple(made.never_first)
            known, partings = made.known, tuple(made.partings)
            return Pair(system, shared, common, known, excluded, never_first, partings)
        shared -= differing


@dataclass(frozen=True)
class _Alone:
    """The steps that one may take alone, each with its condition; and for each call when it may not."""

    steps: list[tuple[Rule, Condition]]
    barred: dict[int, list[Condition]]


class _Pairing:
    """An attempt to make a pair that shares certain fields."""

    def __init__(
        self,
        old: System,
        new: System,
        knowing: Knowing,
        shared: frozenset[str],
        fixed: frozenset[str],
    ) -> None:
        self.old, self.new = old, new
        self.arena = old.arena
        self.shared, self.fixed = shared, fixed
        own = {name: NEW + name for name in new.slots if name not in shared}
        self.own = {name: to for name, to in own.items() if name not in FIELDS}
        middle = {name: name + MID for name in old.passing}
        after = {name: own[name] + MID for name in new.passing if name in own}
        amid = {**own, **{n: to for n, to in middle.items() if n in shared}}
        amid |= {n + MID: middle.get(n, n) for n in shared}
        amid |= {n + MID: to for n, to in after.items()}
        self._before = Transfer(self.arena, own)
        self._amid = Transfer(self.arena, amid)
        self.known = tuple(self._known(middle, {**amid, **after}))
        self._possible = knowing(self.arena, self.known)
        self._possible_at_first = knowing(self.arena, ())
        self.excluded: list[Condition] = []
        self.never_first: list[Condition] = []
        self.initial = {name: self._before.value(v) for name, v in new.initial.items()}
        self.passing = {name: self._before.value(v) for name, v in new.passing.items()}
        self.rules = self._rules()
        self._mine = self._alone(old.rules, self.theirs)
        self._others = self._alone(self.theirs, old.rules)

    def _known(self, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Condition]:
        """What is known of the middle of a step; fields are called there as ``old`` and ``new`` say."""
        for system, names in ((self.old, old), (self.new, new)):
            move = Transfer(self.arena, names)
            yield from (move.condition(fact.condition) for fact in system.facts)

    # what is shared

    def differing(self) -> set[str]:
        """The fields that cannot be shared: they differ initially, or after a step of both or of one."""
        found = set()
        starting = self.arena.conjunction(self._starting)
        for name in sorted(self.shared):
            apart = self._apart(self.old.initial[name], self.initial[name])
            if self._can(starting, apart, first=True):
                found.add(name)
        for first, second, condition in self.rules:
            for name in sorted((first.updates.keys() | second.updates.keys()) & self.shared):
                after = [rule.updates.get(name, self.old.mid[name]) for rule in (first, second)]
                if name not in found and self._can(condition, self._apart(*after)):
                    found.add(name)
        for rule, condition in (*self._mine.steps, *self._others.steps):
            for name in sorted(rule.updates.keys() & self.shared - self.fixed):
                moved = self._apart(rule.updates[name], self.old.mid[name])
                if name not in found and self._can(condition, moved):
                    found.add(name)
        return found

    def _apart(self, a: Value, b: Value) -> Condition:
        if same(a, b):
            return self.arena.false
        return self.arena.negation(agree(self.arena, a, b))

    def _can(self, *conditions: Condition, first: bool = False) -> bool:
        """Whether conditions can hold together in the middle of a step, or else initially."""
        if self.arena.false in conditions:
            return False
        possible, excluded = self._possible, self.excluded
        if first:
            possible, excluded = self._possible_at_first, self.never_first
        if possible(conditions):
            return True
        excluded.append(self.arena.conjunction(conditions))
        return False

    @property
    def _starting(self) -> tuple[Condition, Condition]:
        return self.old.initially, self._before.condition(self.new.initially)

    # steps

    def _theirs(self) -> list[Rule]:
        """The second system's rules, with calls by their numbers in the first one."""
        number = {call: n for n, call in enumerate(self.old.calls)}
        more = [call for call in self.new.calls if call not in number]
        number |= {call: n for n, call in enumerate(more, len(number))}
        self.calls = tuple(number)
        move = self._amid
        return [
            Rule(
                number[self.new.calls[rule.call]],
                move.condition(rule.condition),
                {name: move.value(value) for name, value in rule.updates.items()},
                {name: move.condition(hit) for name, hit in rule.targets.items()},
                rule.lines,
            )
            for rule in self.new.rules
        ]

    def _rules(self) -> list[tuple[Rule, Rule, Condition]]:
        """The pairs of rules by which both take a call, each with its condition."""
        self.theirs = self._theirs()
        found = []
        for first in self.old.rules:
            for second in self.theirs:
                if first.call == second.call:
                    condition = self.arena.conjunction((first.condition, second.condition))
                    if self._can(condition):
                        found.append((first, second, condition))
        return found

    def _both(self) -> Iterator[Rule]:
        """The steps of both."""
        for first, second, condition in self.rules:
            updates = {n: v for n, v in first.updates.items() if n not in FIELDS}
            for name, value in second.updates.items():
                if name in self.own:
                    updates[self.own[name]] = value
                elif name in self.shared and name not in updates:
                    updates[name] = value
            differs = self._differs(first, second)
            hits = {} if differs is self.arena.false else {DIFFERENCE: differs}
            lines = tuple(dict.fromkeys((*first.lines, *second.lines)))
            yield Rule(first.call, condition, updates, hits, lines)

    def _differs(self, first: Rule, second: Rule) -> Condition:
        """The condition that two rules let somebody observe different things."""
        observing = [OBSERVING in rule.targets for rule in (first, second)]
        if not any(observing):
            return self.arena.false
        if not all(observing):
            return self.arena.true
        pairs = ((first.updates[name], second.updates[name]) for name in FIELDS)
        same_ = self.arena.conjunction(agree(self.arena, a, b) for a, b in pairs)
        return self.arena.negation(same_)

    def _alone(self, mine: Sequence[Rule], others: Sequence[Rule]) -> "_Alone":
        """The steps that one may take while the other waits."""
        found, arena = _Alone([], {}), self.arena
        for rule in mine:
            there = (r.condition for r in others if r.call == rule.call)
            refused = arena.negation(arena.disjunction(there))
            stays = arena.conjunction(
                agree(arena, value, self.old.mid[name])
                for name, value in rule.updates.items()
                if name in self.fixed
            )
            if OBSERVING in rule.targets:
                stays = arena.false
            condition = arena.conjunction((rule.condition, refused, stays))
            if self._can(condition):
                found.steps.append((rule, condition))
            moves = arena.conjunction((rule.condition, refused, arena.negation(stays)))
            found.barred.setdefault(rule.call, []).append(moves)
        return found

    def _lone(self, alone: "_Alone", named: Mapping[str, str]) -> Iterator[Rule]:
        """These steps as rules of the pair, in which fields are called as ``named`` says."""
        for rule, condition in alone.steps:
            left = rule.updates.keys() - self.shared - set(FIELDS)
            updates = {named[n]: v for n, v in rule.updates.items() if n in left}
            yield Rule(rule.call, condition, updates, {}, rule.lines)

    def _partings(self, one: "_Alone", other: "_Alone") -> Iterator[Rule]:
        """The calls that only one can take, and not alone, while the other has no step of its own."""
        arena = self.arena
        stuck = arena.negation(arena.disjunction(condition for _, condition in other.steps))
        for call, ways in one.barred.items():
            condition = arena.conjunction((arena.disjunction(ways), stuck))
            if self._can(condition):
                yield Rule(call, condition, {}, {PARTING: arena.true}, ())

    # the whole

    def system(self) -> System:
        """The system of the pair."""
        old, new, arena = self.old, self.new, self.arena
        mine, others = self._mine, self._others
        self.partings = [*self._partings(mine, others), *self._partings(others, mine)]
        itself = {name: name for name in old.slots}
        rules = [*self._both(), *self._lone(mine, itself), *self._lone(others, self.own)]
        rules.sort(key=lambda rule: rule.call)
        kept = [name for name in old.slots if name not in FIELDS]
        slots = {name: old.slots[name] for name in kept}
        slots |= {to: replace(new.slots[name], name=to) for name, to in self.own.items()}
        pre = {n: old.pre[n] for n in kept} | self._of_own(self._before, new.pre)
        together = (
            agree(arena, old.passing.get(name, old.pre[name]), self.passing[name])
            for name in sorted(self.shared & self.passing.keys())
        )
        return System(
            arena=arena,
            calls=self.calls,
            slots=slots,
            pre=pre,
            mid={n: old.mid[n] for n in kept} | self._of_own(self._amid, new.mid),
            initial={n: old.initial[n] for n in kept}
            | {to: self.initial[name] for name, to in self.own.items()},
            initially=arena.conjunction(self._starting),
            passing={n: v for n, v in old.passing.items() if n in kept}
            | {to: self.passing[name] for name, to in self.own.items() if name in self.passing},
            passable=arena.conjunction(
                (old.passable, self._before.condition(new.passable), *together)
            ),
            rules=rules,
            targets=(DIFFERENCE,),
            inputs=inputs_of(arena, "", old.inputs, new.inputs),
            initial_inputs=inputs_of(arena, INITIAL, old.initial_inputs, new.initial_inputs),
            time_input=old.time_input,
            facts=[*one_value(arena, pre), *self._facts()],
        )

    def _of_own(self, move: Transfer, values: Mapping[str, Value]) -> dict[str, Value]:
        return {to: move.value(values[name]) for name, to in self.own.items()}

    def _facts(self) -> list[Fact]:
        """The lemmas of both, where they are stated; those that speak of shared fields only, once."""
        found = [fact for fact in self.old.facts if fact.lemma is not ONE_VALUE]
        known = {(fact.lemma.name, fact.args, fact.condition.id) for fact in found}
        for fact in self.new.facts:
            if fact.lemma is ONE_VALUE:
                continue
            condition = self._before.condition(fact.condition)
            if (fact.lemma.name, fact.args, condition.id) not in known:
                found.append(Fact(_renamed(fact.lemma), fact.args, condition))
        return found


def _renamed(lemma: Lemma) -> Lemma:
    return replace(lemma, name=NEW + lemma.name)
