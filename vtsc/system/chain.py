"""Runs of several steps as conditions: every state has unknowns of its own, ``name@depth``.

Nothing is assumed of wrapping, and no solver is known here, so that an engine and the text of a
certificate are made of the very same conditions.
"""

from collections.abc import Iterator
from itertools import combinations

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable, walk
from vtsc.symbolic.terms import Arena, Substitution
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.names import AFTER, at_depth
from vtsc.system.step import Consequences
from vtsc.system.system import System


def renamed(arena: Arena, value: Value, suffix: str) -> Value:
    """A field's unknown under another name: ``suffix`` is put behind the field's."""
    if isinstance(value, Word):
        ((atom, _),) = value.form.terms
        assert isinstance(atom, Variable)
        lo, hi = atom.interval.lo, atom.interval.hi
        form = arena.variable(atom.name + suffix, lo, hi, atom.residue)
        return Word(arena, form, value.residue)
    if isinstance(value, Truth):
        assert isinstance(value.condition, Flag)
        return Truth(arena, arena.flag(value.condition.name + suffix))
    members = {}
    for i, member in value.members.items():
        assert isinstance(member, Flag)
        base, _, _ = member.name.partition("=")
        members[i] = arena.flag(f"{base}{suffix}={i}")
    return Index(arena, members)


def equal(arena: Arena, a: Value, b: Value) -> Condition:
    """That two values of one kind are the same, integers as they are held."""
    if isinstance(a, Word):
        return arena.is_zero(a.form.plus(b.form, -1))
    if isinstance(a, Truth):
        return _same(arena, a.condition, b.condition)
    return arena.conjunction(_same(arena, c, b.members[i]) for i, c in a.members.items())


def _same(arena: Arena, a: Condition, b: Condition) -> Condition:
    return arena.branch(a, b, arena.negation(b))


class Chain:
    """The states and steps of a system, as conditions on the unknowns of their depths."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._arena = system.arena
        self._follow = Consequences(system)
        self._after = {n: renamed(self._arena, system.pre[n], AFTER) for n in system.slots}
        self._called = [self._arena.flag(f"call{n}") for n in range(len(system.calls))]
        self._chosen = [self._arena.flag(f"rule{n}") for n in range(len(system.rules))]
        self._step = [c for c in self._conditions() if c is not self._arena.true]
        self._hits = {name: self._hit(name) for name in system.targets}
        self._names: dict[int, Substitution] = {}
        known = [*self._step, *self._hits.values(), *(f.condition for f in system.facts)]
        parts = [*known, *self._pre_terms()]
        self._unknowns = [x for x in walk(parts) if isinstance(x, (Variable, Flag))]

    def _pre_terms(self) -> Iterator[Linear | Condition]:
        """The terms of every field before a step."""
        for name in self.system.slots:
            value = self.system.pre[name]
            if isinstance(value, Word):
                yield value.form
            elif isinstance(value, Truth):
                yield value.condition
            else:
                yield from value.members.values()
        yield from self.system.known.values()

    def _conditions(self) -> Iterator[Condition]:
        """What a step is: time passes, one call is made by one of its rules, all else stays."""
        system, arena, follow = self.system, self._arena, self._follow
        yield follow.passed(system.passable)
        changers: dict[str, list[Condition]] = {name: [] for name in system.slots}
        rules: list[list[Condition]] = [[] for _ in self._called]
        for chosen, rule in zip(self._chosen, system.rules, strict=True):
            rules[rule.call].append(chosen)
            effect = [follow.passed(rule.condition)]
            for name, value in rule.updates.items():
                changers[name].append(chosen)
                effect.append(equal(arena, self._after[name], follow.passed_value(value)))
            yield from (arena.disjunction((arena.negation(chosen), part)) for part in effect)
        for name, changing in changers.items():
            passed = follow.passed_value(system.mid[name])
            yield arena.disjunction((*changing, equal(arena, self._after[name], passed)))
        for called, of_call in zip(self._called, rules, strict=True):
            yield _same(arena, called, arena.disjunction(of_call))
        yield arena.disjunction(self._called)
        for pair in combinations(self._called, 2):
            yield arena.negation(arena.conjunction(pair))

    def _hit(self, target: str) -> Condition:
        """That a step hits the target."""
        arena = self._arena
        hits = (
            arena.conjunction((chosen, self._follow.passed(rule.targets[target])))
            for chosen, rule in zip(self._chosen, self.system.rules, strict=True)
            if target in rule.targets
        )
        return arena.disjunction(hits)

    def _naming(self, depth: int) -> Substitution:
        """The unknowns of a step by their names at ``depth``."""
        found = self._names.get(depth)
        if found is None:
            arena = self._arena
            words: dict[str, Linear] = {}
            flags: dict[str, Condition] = {}
            for x in self._unknowns:
                name = at_depth(x.name, depth)
                if isinstance(x, Flag):
                    flags[x.name] = arena.flag(name)
                else:
                    words[x.name] = arena.variable(name, x.interval.lo, x.interval.hi, x.residue)
            found = self._names[depth] = Substitution(arena, words, flags)
        return found

    def initially(self) -> list[Condition]:
        """That the state at depth 0 is an initial one."""
        system = self.system
        start = [
            equal(self._arena, self.value(name, 0), system.initial[name]) for name in system.slots
        ]
        return [system.initially, *start]

    def step(self, depth: int) -> list[Condition]:
        """That a step leads from the state at ``depth`` to the next."""
        naming = self._naming(depth)
        return [naming.condition(c) for c in self._step]

    def hit(self, target: str, depth: int) -> Condition:
        """That the step from ``depth`` hits the target."""
        return self._naming(depth).condition(self._hits[target])

    def at(self, condition: Condition, depth: int) -> Condition:
        """A condition on a state, of the one at ``depth``."""
        return self._naming(depth).condition(condition)

    def facts(self, depth: int) -> list[Condition]:
        """That the state at ``depth`` satisfies every fact of the system."""
        return [self.at(fact.condition, depth) for fact in self.system.facts]

    def known(self, depth: int) -> dict[str, Word]:
        """The fields of the state at ``depth`` that are no slots and not constant either."""
        naming = self._naming(depth)
        forms = {n: naming.linear(form) for n, form in self.system.known.items() if form.terms}
        return {name: Word(self._arena, form) for name, form in forms.items()}

    def value(self, name: str, depth: int) -> Value:
        """A field of the state at ``depth``."""
        return renamed(self._arena, self.system.pre[name], f"@{depth}")

    def called(self, depth: int) -> list[Condition]:
        """For each call of the system, that the step from ``depth`` makes it."""
        return [self._naming(depth).condition(c) for c in self._called]
