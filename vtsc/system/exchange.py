"""Exchanges of instances, and how they rename the unknowns, values and calls of a system.

Two instances are exchanged by renaming the fields of their records, the values of indices that name
them, and the arguments of calls. The inputs that belong to them are found by where they occur, and
not by their names.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from vtsc.language.actions import Call
from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable, walk
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Index, Truth, Word, parts
from vtsc.system.system import Slot, System

Groups = Mapping[str, Sequence[int]]
"""For each kind the instances that may be exchanged with each other."""
Token = tuple[str, Call | None, str]
"""A place at which an input occurs: in a start, in time passing or in a call, in the value of a field."""


@dataclass(frozen=True)
class Exchange:
    """A permutation of instances: for each kind, which instance takes the place of which."""

    to: Mapping[str, Mapping[int, int]]

    def number(self, kind: str, number: int) -> int:
        """The instance that takes the place of the one of that number."""
        return self.to.get(kind, {}).get(number, number)

    def numbers(self, kinds: Sequence[str], args: Sequence[int]) -> tuple[int, ...]:
        """The instances that take the places of several."""
        return tuple(self.number(kind, n) for kind, n in zip(kinds, args, strict=True))

    @property
    def reversed(self) -> "Exchange":
        """The inverse exchange."""
        return Exchange({kind: {b: a for a, b in to.items()} for kind, to in self.to.items()})

    @property
    def told(self) -> str:
        """The instances that change places, for reports."""
        moved = [f"{kind} {n}" for kind, to in self.to.items() for n in to if to[n] != n]
        return " and ".join((", ".join(moved[:-1]), moved[-1])) if len(moved) > 1 else ""


def generators(kind: str, instances: Sequence[int]) -> Iterator[Exchange]:
    """Exchanges that make up every permutation of some instances of a kind."""
    if len(instances) > 1:
        first, second, *_ = instances
        yield Exchange({kind: {first: second, second: first}})
    if len(instances) > 2:
        turned = (*instances[1:], instances[0])
        yield Exchange({kind: dict(zip(instances, turned, strict=True))})


def representative(
    groups: Groups, kinds: Sequence[str], call: Call
) -> tuple[Call, Exchange, list[Exchange]]:
    """The call that stands for ``call``, an exchange from it to ``call``, and those that leave it alone."""
    first: dict[str, dict[int, int]] = {kind: {} for kind in groups}
    for kind, number in zip(kinds, call.args, strict=True):
        known = first.get(kind, {})
        if number in groups.get(kind, ()) and number not in known:
            known[number] = groups[kind][len(known)]
    back = Exchange(first)
    keeping: list[Exchange] = []
    to: dict[str, dict[int, int]] = {}
    for kind, instances in groups.items():
        named = first[kind]
        lowest, others = instances[: len(named)], [i for i in instances if i not in named]
        rest = instances[len(named) :]
        to[kind] = dict(zip((*lowest, *rest), (*named, *others), strict=True))
        keeping += generators(kind, rest)
    return Call(call.name, back.numbers(kinds, call.args)), Exchange(to), keeping


class Names:
    """The unknowns of a system that is not simplified yet, and where its inputs occur."""

    def __init__(self, system: System, sizes: Mapping[str, int]) -> None:
        self.system = system
        self.sizes = sizes
        self.kin = {name: slot.kin(sizes) for name, slot in system.slots.items()}
        self._state = {
            x.name
            for values in (system.pre, system.mid)
            for x in walk(chain.from_iterable(map(parts, values.values())))
            if isinstance(x, Variable | Flag)
        }
        self._inputs: dict[str, Variable | Flag] = {}
        self._places: dict[str, set[Token]] = {}
        self._note(system.passing, ("passing", None))
        self._note(system.initial, ("initial", None))
        self._found([system.passable], ("passable", None, ""))
        self._found([system.initially], ("initially", None, ""))
        for rule in system.rules:
            call = system.calls[rule.call]
            self._found([rule.condition, *rule.targets.values()], ("rule", call, ""))
            self._note(rule.updates, ("rule", call))

    def _note(self, values: Mapping[str, Value], where: tuple[str, Call | None]) -> None:
        for name, value in values.items():
            self._found(parts(value), (*where, name))

    def _found(self, terms: Iterable[Linear | Condition], token: Token) -> None:
        for x in walk(terms):
            if isinstance(x, Variable | Flag) and x.name not in self._state:
                self._inputs[x.name] = x
                self._places.setdefault(x.name, set()).add(token)

    def moved(self, exchange: Exchange, name: str) -> str:
        """The field that takes the place of field ``name``."""
        instance = self.system.slots[name].instance
        if instance is None:
            return name
        return self.kin[name][exchange.number(instance.kind, instance.number)]

    def inputs(
        self, exchange: Exchange, kinds: Callable[[Call], Sequence[str]]
    ) -> list[tuple[Variable | Flag, Variable | Flag]]:
        """The inputs that change places, as pairs: one occurs where the other does after the exchange."""
        calls = set(self.system.calls)
        back = exchange.reversed
        seen: dict[frozenset[Token], list[str]] = {}
        for name, places in self._places.items():
            there = frozenset(x for x in places if _asked(self._token(back, kinds, x), calls))
            seen.setdefault(there, []).append(name)
        moved: dict[frozenset[Token], list[str]] = {}
        for name, places in self._places.items():
            tokens = (self._token(exchange, kinds, x) for x in places)
            moved.setdefault(frozenset(x for x in tokens if _asked(x, calls)), []).append(name)
        pairs = [
            (self._inputs[a], self._inputs[b])
            for place, names in moved.items()
            for a, b in zip(names, seen.get(place, ()), strict=False)
            if len(names) == len(seen.get(place, ())) and set(names) != set(seen[place])
        ]
        return [(a, b) for a, b in pairs if _alike(a, b)]

    def _token(
        self, exchange: Exchange, kinds: Callable[[Call], Sequence[str]], token: Token
    ) -> Token:
        what, call, field = token
        if call is not None:
            call = Call(call.name, exchange.numbers(kinds(call), call.args))
        return what, call, self.moved(exchange, field) if field else field


def _asked(token: Token, calls: set[Call]) -> bool:
    """Whether a place is in no call, or in one of these calls."""
    return token[1] is None or token[1] in calls


def _alike(a: Variable | Flag, b: Variable | Flag) -> bool:
    """Whether two inputs may have the same values."""
    if isinstance(a, Variable) and isinstance(b, Variable):
        return (a.interval.lo, a.interval.hi) == (b.interval.lo, b.interval.hi)
    return type(a) is type(b)


class Exchanged:
    """The terms of a system after an exchange."""

    def __init__(
        self, names: Names, exchange: Exchange, kinds: Callable[[Call], Sequence[str]]
    ) -> None:
        self.names = names
        self.exchange = exchange
        self._kinds = kinds
        words: dict[str, Linear] = {}
        flags: dict[str, Condition] = {}
        system = names.system
        for values in (system.pre, system.mid):
            for name, value in values.items():
                there = values[names.moved(exchange, name)]
                self._rename(words, flags, value, there, system.slots[name])
        for a, b in names.inputs(exchange, kinds):
            if isinstance(a, Variable) and isinstance(b, Variable):
                words[a.name] = Linear(((b, 1),), 0)
            elif isinstance(b, Flag):
                flags[a.name] = b
        self._substitution = Substitution(system.arena, words, flags)

    def _rename(
        self,
        words: dict[str, Linear],
        flags: dict[str, Condition],
        value: Value,
        there: Value,
        slot: Slot,
    ) -> None:
        """Note that the unknowns of a field become those of another."""
        if isinstance(value, Word):
            words |= {a.name: there.form for a, _ in value.form.terms if isinstance(a, Variable)}
        elif isinstance(value, Truth):
            if isinstance(value.condition, Flag):
                flags[value.condition.name] = there.condition
        else:
            for i, member in value.members.items():
                if isinstance(member, Flag):
                    flags[member.name] = there.members[self._index(slot, i)]

    def _index(self, slot: Slot, i: int) -> int:
        return self.exchange.number(slot.field.of, i) if slot.field.of else i

    def call(self, call: Call) -> Call:
        """The call that takes the place of another."""
        return Call(call.name, self.exchange.numbers(self._kinds(call), call.args))

    def condition(self, condition: Condition) -> Condition:
        """A condition with the instances exchanged."""
        return self._substitution.condition(condition)

    def values(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values of fields, for the fields that take their places."""
        slots = self.names.system.slots
        return {
            self.names.moved(self.exchange, name): self._value(slots[name], value)
            for name, value in values.items()
        }

    def _value(self, slot: Slot, value: Value) -> Value:
        renamed = self._substitution
        if isinstance(value, Word):
            return Word(value.arena, renamed.linear(value.form), value.residue, value.interval)
        if isinstance(value, Truth):
            return Truth(value.arena, renamed.condition(value.condition))
        assert isinstance(value, Index)
        members = {self._index(slot, i): renamed.condition(c) for i, c in value.members.items()}
        return Index(value.arena, members)
