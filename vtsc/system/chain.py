"""Runs of several steps as conditions: every state has unknowns of its own, ``name@depth``.

Nothing is assumed of wrapping, and no solver is used here, so an engine and the text of a
certificate are made of the very same conditions.
"""

from collections.abc import Iterator, Mapping, Sequence

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable, walk
from vtsc.symbolic.names import AFTER, at_depth, called, member
from vtsc.symbolic.terms import Arena, Substitution
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.relation import direct, encoded
from vtsc.system.system import System


def renamed(arena: Arena, value: Value, suffix: str) -> Value:
    """A field's unknown under the field's name with ``suffix`` behind it."""
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
    for i, flag in value.members.items():
        assert isinstance(flag, Flag)
        base, _, _ = flag.name.partition("=")
        members[i] = arena.flag(member(base + suffix, i))
    return Index(arena, members)


def equal(arena: Arena, a: Value, b: Value) -> Condition:
    """The condition that two values of one kind are the same, integers as they are held."""
    if isinstance(a, Word):
        return arena.is_zero(a.form.plus(b.form, -1))
    if isinstance(a, Truth):
        return _same(arena, a.condition, b.condition)
    return arena.conjunction(_same(arena, c, b.members[i]) for i, c in a.members.items())


def _same(arena: Arena, a: Condition, b: Condition) -> Condition:
    return arena.branch(a, b, arena.negation(b))


class _Terms:
    """Constraints made of terms; ``after`` has each field's unknown after a step."""

    def __init__(self, arena: Arena, after: Mapping[str, Value]) -> None:
        self._arena = arena
        self._after = after

    def flag(self, name: str) -> Condition:
        return self._arena.flag(name)

    def opposite(self, part: Condition) -> Condition:
        return self._arena.negation(part)

    def condition(self, condition: Condition) -> Condition:
        return condition

    def holds(self, name: str, suffix: str, value: Value) -> list[Condition]:
        return [equal(self._arena, self._after[name], value)]

    def every(self, parts: Sequence[Condition]) -> Condition:
        return self._arena.conjunction(parts)

    def some(self, parts: Sequence[Condition]) -> Condition:
        return self._arena.disjunction(parts)

    def implies(self, a: Condition, b: Condition) -> Condition:
        return self._arena.disjunction((self._arena.negation(a), b))

    def same(self, a: Condition, b: Condition) -> Condition:
        return _same(self._arena, a, b)


class Chain:
    """The states and steps of a system, as conditions on the unknowns of their depths."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._arena = system.arena
        self._after = {n: renamed(self._arena, system.pre[n], AFTER) for n in system.slots}
        step = encoded(direct(system), _Terms(self._arena, self._after))
        self._step = [c for c in step.constraints if c is not self._arena.true]
        self._hits = step.hits
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
        """The conditions under which the state at depth 0 is an initial one."""
        system = self.system
        start = [
            equal(self._arena, self.value(name, 0), system.initial[name]) for name in system.slots
        ]
        return [system.initially, *start]

    def step(self, depth: int) -> list[Condition]:
        """The conditions under which a step leads from the state at ``depth`` to the next."""
        naming = self._naming(depth)
        return [naming.condition(c) for c in self._step]

    def hit(self, target: str, depth: int) -> Condition:
        """The condition under which the step from ``depth`` hits the target."""
        return self._naming(depth).condition(self._hits[target])

    def at(self, condition: Condition, depth: int) -> Condition:
        """A condition on a state, said of the one at ``depth``."""
        return self._naming(depth).condition(condition)

    def facts(self, depth: int) -> list[Condition]:
        """Every fact of the system, said of the state at ``depth``."""
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
        """For each call of the system, the condition that the step from ``depth`` makes it."""
        calls = range(len(self.system.calls))
        return [self._arena.flag(at_depth(called(n), depth)) for n in calls]
