"""Searches all runs of at most so many steps for one that hits a target, path by path, over 64-bit vectors.

A vector solver that is given all runs at once does not finish. Here the runs are separated first: flags
and indices take plain values, and each sequence of rules becomes a conjunction over the inputs' bits, which
is small after simplification. Of a field only its 64 bits are known: no range inferred for it is used. A
refutation of a part of a conjunction refutes the whole, so the target's own condition is asked about first,
then with the guards of the rules before it, and with the passing of time only where that is not enough.
Two questions that differ only in which step an input belongs to are asked once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import bitwuzla
import z3

from vtsc.language.state import Value
from vtsc.language.words import INPUT_LIMIT
from vtsc.solver.vectors import VectorLowering
from vtsc.symbolic.forms import Condition, Constant, Variable
from vtsc.symbolic.names import INITIAL, MID
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.simplify import replace
from vtsc.system.system import Rule, System

Control = tuple[frozenset[str], frozenset[tuple[str, int]]]
"""The flags that hold, and the symmetric instances that a call has named so far."""

PATIENCE = 500
"""Milliseconds for a part of a conjunction; a part not refuted by then is left to the whole."""

Words = Mapping[str, Any]
"""The 64 bits of each word field, in terms of the inputs."""

Known = dict[tuple[int, ...], tuple[tuple[Any, ...], list[Any]]]
"""The results made from values, by the ids of these; the values are kept, so no id is used again."""


def refuted(constraints: Iterable[Any], patience: int) -> bool:
    """Whether bitwuzla shows, within so many ms (0: any time), that the constraints exclude each other."""
    solver = z3.Solver()
    solver.add(*constraints)
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, patience)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(solver.to_smt2().replace("(check-sat)", ""), True, False)
    result = parser.bitwuzla().check_sat()
    assert patience or result != bitwuzla.Result.UNKNOWN
    return result == bitwuzla.Result.UNSAT


class OpenRanges(VectorLowering):
    """Vectors in which a field may have any 64 bits; only an input keeps its declared range."""

    def _lower(self, atom: Any) -> Any:
        if isinstance(atom, Variable) and not self.is_input(atom.name):
            return super()._lower(Variable(atom.id, atom.interval, atom.name, residue=True))
        return super()._lower(atom)

    def is_input(self, name: str) -> bool:
        """Whether a variable is an input: fields are named ``record.field``, inputs plainly."""
        return name.startswith(INITIAL) or "." not in name


class Template:
    """Conditions and words over bound variables, to be instantiated with a state at a depth."""

    def __init__(self, conditions: Iterable[Condition], words: Mapping[str, Word]) -> None:
        self._sorts: dict[str, Any] = {}
        self._variables: dict[str, Any] = {}
        low = OpenRanges(self._unknown)
        self._words = {n: low.low_bits(w.form) for n, w in words.items()}
        self._conditions = [low.condition(c) for c in conditions]
        self._conditions += [*low.definitions, *low.ranges.values()]
        self._known_words: Known = {}
        self._known_conditions: Known = {}

    def _unknown(self, name: str, sort: Any) -> Any:
        if name not in self._variables:
            self._variables[name] = z3.Var(len(self._sorts), sort)
            self._sorts[name] = sort
        return self._variables[name]

    def _values(self, state: Words, depth: int) -> tuple[Any, ...]:
        """The values of the bound variables."""
        return tuple(
            state[n] if n in state else z3.Const(n if n.startswith(INITIAL) else f"{n}@{depth}", s)
            for n, s in self._sorts.items()
        )

    def words(self, state: Words, depth: int) -> dict[str, Any]:
        """The words in terms of the inputs."""
        found = self._instances(self._known_words, tuple(self._words.values()), state, depth)
        return dict(zip(self._words, found, strict=True))

    def conditions(self, state: Words, depth: int) -> list[Any]:
        """The conditions in terms of the inputs."""
        found = self._instances(self._known_conditions, self._conditions, state, depth)
        return list(found)

    def _instances(
        self, known: Known, expressions: Iterable[Any], state: Words, depth: int
    ) -> list[Any]:
        """The expressions for a state, made once for equal values of the variables in them."""
        values = self._values(state, depth)
        key = tuple(v.get_id() for v in values)
        if key not in known:
            made = [z3.simplify(z3.substitute_vars(x, *values)) for x in expressions]
            known[key] = values, made
        return known[key][1]


@dataclass(frozen=True)
class Move:
    """A rule with its flags decided: its conditions, its successor, and the condition of a hit."""

    guard: Template
    after: Control
    hit: Template | None


Lazy = Callable[[], list[Any]]


@dataclass(frozen=True)
class Path:
    """A run so far: its flags and words, and its conditions on the inputs, not yet written out."""

    control: Control
    words: Words
    guards: tuple[Lazy, ...] = ()
    times: tuple[Lazy, ...] = ()


@dataclass
class Search:
    """Looks for ``target`` in all runs of ``system``."""

    system: System
    target: str
    questions: int = 0
    _moves: dict[Control, list[Move]] = field(default_factory=dict)
    _time: dict[frozenset[str], Template] = field(default_factory=dict)
    _distance: dict[Control, int] = field(default_factory=dict)
    _answers: dict[tuple[int, ...], tuple[bool, list[Any]]] = field(default_factory=dict)

    def hits_within(self, steps: int) -> bool:
        """Whether some run hits the target in at most ``steps`` steps."""
        system = self.system
        words = {n: v for n, v in system.initial.items() if isinstance(v, Word)}
        words = {n: v for n, v in words.items() if n in system.slots}
        start = Template([system.initially], words)
        control = self._start()
        self._measure(control, steps)
        path = Path(control, start.words({}, 0), (), (_later(start, {}, 0),))
        return self._search(path, 0, steps)

    def _start(self) -> Control:
        flags = _flags((n, self.system.initial[n]) for n in self.system.slots)
        assert all(isinstance(c, Constant) for c in flags.values())
        return frozenset(n for n, c in flags.items() if c is self.system.arena.true), frozenset()

    def _search(self, path: Path, depth: int, steps: int) -> bool:
        passing = self._time_from(path.control[0])
        passed = passing.words(path.words, depth)
        before = {**path.words, **{n + MID: passed.get(n, w) for n, w in path.words.items()}}
        times = (*path.times, _later(passing, path.words, depth))
        for move in self._moves_from(path.control):
            if move.hit and self._possible(move.hit.conditions(before, depth), path.guards, times):
                return True
            if depth + self._distance.get(move.after, steps) >= steps:
                continue
            words = {**path.words, **passed, **move.guard.words(before, depth)}
            guards = (*path.guards, _later(move.guard, before, depth))
            if self._search(Path(move.after, words, guards, times), depth + 1, steps):
                return True
        return False

    def _possible(self, hit: list[Any], guards: Iterable[Lazy], times: Iterable[Lazy]) -> bool:
        """Whether the conditions of a run to the target can all hold."""
        demands = list(hit)
        for more, patience in (((), PATIENCE), (guards, PATIENCE), (times, 0)):
            demands += [c for later in more for c in later()]
            if self._refuted(demands, patience):
                return False
        return True

    def _refuted(self, constraints: list[Any], patience: int) -> bool:
        """`refuted`, with the inputs kept below their limit and renamed in their order."""
        constraints = [c for c in dict.fromkeys(constraints) if not z3.is_true(c)]
        if any(z3.is_false(c) for c in constraints):
            return True
        inputs = sorted(_constants(constraints), key=_place)
        renamed = [(x, z3.Const(f"{_base(x)}#{i}", x.sort())) for i, x in enumerate(inputs)]
        own = [z3.substitute(c, *renamed) for c in constraints]
        key = (patience, *(c.get_id() for c in own))
        if key not in self._answers:
            self.questions += 1
            limits = [z3.ULT(y, INPUT_LIMIT) for x, y in renamed if self._is_word(_base(x))]
            self._answers[key] = refuted([*own, *limits], patience), own
        return self._answers[key][0]

    def _is_word(self, name: str) -> bool:
        own = name.removeprefix(INITIAL)
        inputs = self.system.initial_inputs if own != name else self.system.inputs
        return own in inputs.words

    def _time_from(self, flags: frozenset[str]) -> Template:
        if flags not in self._time:
            decided = self._decided(flags)
            words = {n: v for n, v in self.system.passing.items() if isinstance(v, Word)}
            passing = {n: replace(decided, v) for n, v in words.items()}
            self._time[flags] = Template([decided.condition(self.system.passable)], passing)
        return self._time[flags]

    def _decided(self, flags: frozenset[str]) -> Substitution:
        """Every flag replaced by the value it has, before and after time has passed."""
        values = {}
        for name in _flags((n, self.system.initial[n]) for n in self.system.slots):
            base, equals, member = name.partition("=")
            value = self.system.arena.constant(name in flags)
            values |= {name: value, f"{base}{MID}{equals}{member}": value}
        for name, passed in self._passed(Substitution(self.system.arena, {}, values)).items():
            assert isinstance(passed, Constant)
            base, equals, member = name.partition("=")
            values[f"{base}{MID}{equals}{member}"] = passed
        return Substitution(self.system.arena, {}, values)

    def _passed(self, decided: Substitution) -> dict[str, Condition]:
        """The flags that change while time passes, with their new conditions."""
        passing = self.system.passing.items()
        return _flags((n, replace(decided, v)) for n, v in passing if not isinstance(v, Word))

    def _moves_from(self, control: Control) -> list[Move]:
        if control not in self._moves:
            flags, named = control
            decided = self._decided(flags)
            self._moves[control] = [
                move
                for rule in self.system.rules
                if self._next_in_turn(rule, named)
                for move in self._moves_by(rule, decided, control)
            ]
        return self._moves[control]

    def _next_in_turn(self, rule: Rule, named: frozenset[tuple[str, int]]) -> bool:
        """Whether a call names no instance before all lower ones that start alike were named."""
        uses = self.system.uses.get(self.system.calls[rule.call], ())
        return all(
            (kind, low) in named
            for kind, i in uses
            for low in self.system.symmetric[kind][: self.system.symmetric[kind].index(i)]
        )

    def _moves_by(self, rule: Rule, decided: Substitution, control: Control) -> Iterator[Move]:
        arena = self.system.arena
        guard = decided.condition(rule.condition)
        hit = decided.condition(rule.targets.get(self.target, arena.false))
        updates = {n: replace(decided, v) for n, v in rule.updates.items()}
        words = {n: v for n, v in updates.items() if isinstance(v, Word)}
        changed = {**self._passed(decided), **_flags(updates.items())}
        named = control[1] | set(self.system.uses.get(self.system.calls[rule.call], ()))
        ways = [(guard, control[0].difference(changed))]
        for name, c in changed.items():
            yes = [(arena.conjunction((g, c)), flags | {name}) for g, flags in ways]
            no = [(arena.conjunction((g, arena.negation(c))), flags) for g, flags in ways]
            ways = [way for way in yes + no if way[0] is not arena.false]
        for own, flags in ways:
            if own is not arena.false:
                target = Template([own, hit], {}) if hit is not arena.false else None
                yield Move(Template([own], words), (flags, named), target)

    def _measure(self, start: Control, steps: int) -> None:
        """The least number of steps from each control state to one that can hit; words are ignored."""
        before: dict[Control, set[Control]] = {start: set()}
        front = [start]
        for _ in range(steps):
            known = front
            front = []
            for control in known:
                for move in self._moves_from(control):
                    if move.after not in before:
                        before[move.after] = set()
                        front.append(move.after)
                    before[move.after].add(control)
        front = [c for c, moves in self._moves.items() if any(m.hit for m in moves)]
        self._distance = dict.fromkeys(front, 1)
        while front:
            known, front = front, []
            for control in known:
                for earlier in before[control] - self._distance.keys():
                    self._distance[earlier] = self._distance[control] + 1
                    front.append(earlier)


def _later(template: Template, state: Words, depth: int) -> Lazy:
    return cache(lambda: template.conditions(state, depth))


def _flags(values: Iterable[tuple[str, Value]]) -> dict[str, Condition]:
    """The flags that make up fields: a truth is one, an index has one for each member."""
    found: dict[str, Condition] = {}
    for name, value in values:
        if isinstance(value, Truth):
            found[name] = value.condition
        elif isinstance(value, Index):
            found |= {f"{name}={i}": c for i, c in value.members.items()}
    return found


def _constants(expressions: Iterable[Any]) -> list[Any]:
    """The constants of z3 expressions, each once."""
    found, seen, pending = [], set(), list(expressions)
    while pending:
        x = pending.pop()
        if x.get_id() not in seen:
            seen.add(x.get_id())
            pending += x.children()
            if z3.is_const(x) and x.decl().kind() == z3.Z3_OP_UNINTERPRETED:
                found.append(x)
    return found


def _base(constant: Any) -> str:
    """An input's name without its step."""
    return str(constant.decl().name().partition("@")[0])


def _place(constant: Any) -> tuple[int, str]:
    """The key by which inputs are ordered: the step, then the name."""
    name, _, step = constant.decl().name().partition("@")
    return int(step or -1), name
