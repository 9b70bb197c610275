"""A system as constrained Horn clauses, each an SMT-LIB text, in the form in which Spacer is asked.

There is one relation, ``Reached``, over the unknowns of the state's fields. A clause says: from a reached
state (or, for the first clause, from nothing) such that the text's assertions hold, the ``after`` symbols are
a reached state; a clause without ``after`` hits the target. An ``after`` symbol that is not a column is
defined by an equation among the assertions. Inputs of the initial state that later steps mention are
columns too, which never change.

Spacer does not cope with wrapping mod 2^64. Quotients by 2^64 are taken to be 0, and a state from which
a rule finds one that is not counts as a hit. So a target that is not hit here is never hit; one that is hit
here need not be.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vtsc.language.state import Value
from vtsc.language.words import MODULUS
from vtsc.smtlib.lemma_text import Tree, literal
from vtsc.smtlib.script import Script, Writer, disjunction
from vtsc.symbolic.forms import Atom, Condition, Linear, Quotient, Variable, unknowns, walk
from vtsc.symbolic.names import INITIAL
from vtsc.symbolic.values import Index, Truth, Word, parts, same
from vtsc.system.relation import Way, direct
from vtsc.system.simplify import slice_away
from vtsc.system.system import Fact, System

NEXT = "!"
"""Marks a field's symbol after a step."""


@dataclass(frozen=True)
class Clause:
    """A constrained Horn clause, as the module describes it."""

    text: str
    before: bool
    after: tuple[str, ...] | None


@dataclass(frozen=True)
class Horn:
    """The columns of the relation, each a symbol with its sort, and the clauses."""

    columns: tuple[tuple[str, str], ...]
    clauses: tuple[Clause, ...]

    def document(self) -> dict[str, Any]:
        """The columns and clauses as plain values, for JSON."""
        return asdict(self)


def horn(system: System, target: str, known: Sequence[Fact] = ()) -> Horn:
    """The clauses that say whether ``target`` is ever hit; ``known`` facts hold of every state."""
    clauses = _Clauses(_sliced(system, target, known), target, known)
    return Horn(clauses.columns, tuple(clauses.all()))


def _sliced(system: System, target: str, known: Sequence[Fact]) -> System:
    """The system with only what guards, the target and the known facts depend on."""
    rules = [
        replace(r, targets={n: c for n, c in r.targets.items() if n == target})
        for r in system.rules
    ]
    sliced = replace(system, rules=rules, facts=list(known))
    slice_away(sliced)
    return sliced


class _PlainWriter(Writer):
    """A writer that takes quotients by 2^64 to be 0, and notes the conditions under which one is not."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.wraps: list[str] = []

    def _written(self, atom: Atom) -> str:
        if not isinstance(atom, Quotient) or atom.divisor != MODULUS:
            return super()._written(atom)
        value = self.linear(atom.numerator)
        self.wraps += [f"(< {value} 0)", f"(>= {value} {MODULUS})"]
        return "0"


class _Clauses:
    def __init__(self, system: System, target: str, known: Sequence[Fact]) -> None:
        self._system = system
        self._target = target
        self._known = known
        self._relation = direct(system)
        self._before = {n: _symbols(n, system.pre[n], "") for n in system.slots}
        self._after = {n: _symbols(n, system.pre[n], NEXT) for n in system.slots}
        self._rigid = _rigid(system)
        fields = tuple(
            (symbol, "Int" if isinstance(system.pre[name], Word) else "Bool")
            for name, symbols in self._before.items()
            for symbol in symbols
        )
        self.columns = (*fields, *self._rigid)

    def all(self) -> list[Clause]:
        """The initial clause, then for each rule the clauses of its effect and of its hits."""
        found = [self._initial()]
        for way in self._relation.ways:
            found.append(self._rule(way))
            found += self._hits(way)
        return found

    def _initial(self) -> Clause:
        script = Script("an initial state")
        write = _PlainWriter(script)
        script.require(write.condition(self._system.initially))
        after = [
            symbol
            for name in self._system.slots
            for symbol in self._store(script, write, name, self._system.initial[name])
        ]
        state = self._with_rigid(script, after)
        return Clause(script.text(), False, state)

    def _rule(self, way: Way) -> Clause:
        script = Script(str(self._system.calls[way.call]))
        write = self._start(script, way)
        after: list[str] = []
        for name in self._system.slots:
            passed = way.stores.get(name, self._relation.kept[name])
            if same(passed, self._system.pre[name]):
                after += self._before[name]
            else:
                after += self._store(script, write, name, passed)
        state = self._with_rigid(script, after)
        return Clause(script.text(), True, state)

    def _hits(self, way: Way) -> list[Clause]:
        """The clause that says where the rule hits the target or wraps, if it can."""
        script = Script(f"{self._system.calls[way.call]} hits {self._target}, or wraps")
        write = self._start(script, way)
        ways = [write.condition(way.hits.get(self._target, self._system.arena.false))]
        for name, value in way.stores.items():
            if name in self._system.slots:
                write.value(value)
        script.require(disjunction([*ways, *write.wraps]))
        possible = ways != ["false"] or write.wraps
        return [Clause(script.text(), True, None)] if possible else []

    def _with_rigid(self, script: Script, after: Sequence[str]) -> tuple[str, ...]:
        """A reached state: its fields, and the inputs of the initial one."""
        return (*after, *(script.declare(name, sort) for name, sort in self._rigid))

    def _start(self, script: Script, way: Way) -> _PlainWriter:
        """The start of a clause: the rule applies to a state of which all known facts hold."""
        write = _PlainWriter(script)
        for fact in self._known:
            script.require(write.condition(fact.condition))
        script.require(write.condition(self._relation.passable))
        script.require(write.condition(way.condition))
        return write

    def _store(self, script: Script, write: Writer, name: str, value: Value) -> tuple[str, ...]:
        """The symbols of the field after the step, required to hold ``value``."""
        sort = "Int" if isinstance(value, Word) else "Bool"
        for symbol, expression in zip(self._after[name], write.value(value), strict=True):
            script.declare(symbol, sort)
            script.require(f"(= {symbol} {expression})")
        return self._after[name]


def _rigid(system: System) -> tuple[tuple[str, str], ...]:
    """The inputs of the initial state that steps mention, with their sorts, in order."""
    terms: list[Linear | Condition] = [system.passable]
    for rule in system.rules:
        terms += [rule.condition, *rule.targets.values()]
        terms += [part for value in rule.updates.values() for part in parts(value)]
    terms += [part for value in system.passing.values() for part in parts(value)]
    words = {x.name for x in walk(terms) if isinstance(x, Variable)}
    names = sorted(name for name in unknowns(terms) if name.startswith(INITIAL))
    return tuple((name, "Int" if name in words else "Bool") for name in names)


def rigid_terms(system: System) -> dict[str, Tree]:
    """Inputs of the initial state in terms of fields, where some field determines them."""
    found: dict[str, Tree] = {}
    for name, form in system.known.items():
        variables = [(a.name, c) for a, c in form.terms if isinstance(a, Variable)]
        inputs = [(n, c) for n, c in variables if n.startswith(INITIAL)]
        if len(variables) < len(form.terms) or len(inputs) != 1 or abs(inputs[0][1]) != 1:
            continue
        ((own, sign),) = inputs
        rest: list[Tree] = [_scaled(n, -c * sign) for n, c in variables if n != own]
        offset = literal(-form.constant * sign)
        found.setdefault(own, ["+", _scaled(name, sign), *rest, offset])
    return found


def _scaled(name: str, factor: int) -> Tree:
    return name if factor == 1 else ["*", literal(factor), name]


def _symbols(name: str, value: Value, suffix: str) -> tuple[str, ...]:
    """The symbols of a field: one, or one for each value of an index."""
    if isinstance(value, (Word, Truth)):
        return (f"{name}{suffix}",)
    assert isinstance(value, Index)
    return tuple(f"{name}={i}{suffix}" for i in value.members)
