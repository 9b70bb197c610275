"""The rules' side: a system whose stored terms are evaluated on plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.inputs import named
from vtsc.language.state import Field
from vtsc.language.words import MASK
from vtsc.symbolic.forms import Linear, Variable, walk
from vtsc.symbolic.names import INITIAL, MID
from vtsc.system.system import Rule, System
from vtsc.validation.evaluator import Code, Function, compiled

Plain = Mapping[str, int | bool]
"""Values of fields by their full names, or of inputs by theirs."""


@dataclass(frozen=True)
class Bounds:
    """The range that the rules assume of a word: [lo, hi]."""

    lo: int
    hi: int

    def hold(self, value: int | bool) -> bool:
        """Whether a value is a number in the range."""
        return self.lo <= value <= self.hi


@dataclass(frozen=True)
class Unknown:
    """An input in the rules: its unknown counts it in units of ``unit``."""

    name: str
    base: str
    unit: int
    bounds: Bounds

    def accepts(self, value: int | bool) -> bool:
        """Whether the input may have that value."""
        return value % self.unit == 0 and self.bounds.hold(value // self.unit)


@dataclass(frozen=True)
class _Sum:
    """A word that was stated as a sum."""

    form: Linear


class Ruled:
    """A system as code; a function of it is compiled when it is first needed."""

    def __init__(self, system: System, fields: Mapping[str, Field]) -> None:
        self.system = system
        self.kinds = {name: field.kind for name, field in fields.items()}
        indices = [n for n, v in system.pre.items() if hasattr(v, "members")]
        self._indices = [*indices, *(name + MID for name in indices)]
        self.calls = {call: number for number, call in enumerate(system.calls)}
        self._of_call: dict[int, list[int]] = {}
        for number, rule in enumerate(system.rules):
            self._of_call.setdefault(rule.call, []).append(number)
        self.stated: dict[str, Any] = dict(system.frozen)
        """The values of fields that are no slots: sums of others, or constants."""
        self.stated |= {name: _Sum(form) for name, form in system.known.items()}
        self._applying: dict[int, Function] = {}
        self._effects: dict[int, Function] = {}

    # what is written

    def sources(self) -> Iterator[str]:
        """The code of every function; together they contain all of the system."""
        yield self._passing_source()
        yield self._starting_source()
        yield self._known_source()
        yield self._within_source()
        for number in range(len(self.system.calls)):
            yield self._applying_source(number)
        for rule in self.system.rules:
            yield self._effect_source(rule)

    def _code(self) -> Code:
        return Code(self._indices)

    def _passing_source(self) -> str:
        code, passing = self._code(), self.system.passing
        results = [code.condition(self.system.passable)]
        return code.text([*results, *(self._canonical(code, n, v) for n, v in passing.items())])

    def _starting_source(self) -> str:
        code, initial = self._code(), self.system.initial
        results = [code.condition(self.system.initially)]
        return code.text([*results, *(self._canonical(code, n, v) for n, v in initial.items())])

    def _known_source(self) -> str:
        code = self._code()
        return code.text(self._canonical(code, name, v) for name, v in self.stated.items())

    def _within_source(self) -> str:
        bounds = (f"{b.lo} <= v[{name!r}] <= {b.hi}" for name, b in self.ranges.items())
        return self._code().text([" and ".join(bounds) or "True"])

    def _applying_source(self, call: int) -> str:
        code = self._code()
        rules = (self.system.rules[n] for n in self._of_call.get(call, ()))
        return code.text(code.condition(rule.condition) for rule in rules)

    def _effect_source(self, rule: Rule) -> str:
        code, passing = self._code(), self.system.passing
        after = []
        for name in self.system.slots:
            kept = f"v[{name + MID if name in passing else name!r}]"
            changed = rule.updates.get(name)
            after.append(kept if changed is None else self._canonical(code, name, changed))
        hits = (code.condition(c) for c in rule.targets.values())
        return code.text([*after, *hits])

    def _canonical(self, code: Code, name: str, value: Any) -> str:
        """An expression for a field's value as it is compared: a counter is reduced to [0, 2^64)."""
        written = code.value(value)
        return f"({written}) & {MASK}" if self.kinds[name] == "u64" else written

    # what is evaluated

    @cached_property
    def passing(self) -> Function:
        """Whether time can pass, then the new values of the fields that it changes."""
        return compiled(self._passing_source())

    @cached_property
    def starting(self) -> Function:
        """Whether the machine can start so, then every field's initial value."""
        return compiled(self._starting_source())

    @cached_property
    def known(self) -> Function:
        """The values of fields that are no slots, in the order of `stated`."""
        return compiled(self._known_source())

    @cached_property
    def within(self) -> Function:
        """Whether every word lies in the range that the rules assume of it."""
        return compiled(self._within_source())

    def applying(self, call: int, values: Plain) -> list[int]:
        """The rules of a call whose conditions hold."""
        function = self._applying.get(call)
        if function is None:
            function = self._applying[call] = compiled(self._applying_source(call))
        pairs = zip(self._of_call.get(call, ()), function(values), strict=True)
        return [number for number, holds in pairs if holds]

    def effect(self, number: int, values: Plain) -> tuple[tuple[Any, ...], set[str]]:
        """The slots after a rule, in their order, and the targets that it hits."""
        rule = self.system.rules[number]
        function = self._effects.get(number)
        if function is None:
            function = self._effects[number] = compiled(self._effect_source(rule))
        found, slots = function(values), len(self.system.slots)
        hits = zip(rule.targets, found[slots:], strict=True)
        return found[:slots], {name for name, hit in hits if hit}

    def mid(self, before: Plain) -> tuple[bool, dict[str, Any]]:
        """Whether time can pass, and the fields in the middle of the step by their names there."""
        passable, *values = self.passing(before)
        pairs = zip(self.system.passing, values, strict=True)
        return bool(passable), {name + MID: value for name, value in pairs}

    # inputs and ranges

    @cached_property
    def _word_ranges(self) -> dict[str, Bounds]:
        """The range of every word that the terms mention, by the unknown's name."""
        found: dict[str, Bounds] = {}
        for part in walk(_terms(self.system)):
            if isinstance(part, Variable) and not part.residue:
                lo, hi = part.interval.lo, part.interval.hi
                assert lo is not None and hi is not None
                known = found.get(part.name, Bounds(lo, hi))
                found[part.name] = Bounds(max(lo, known.lo), min(hi, known.hi))
        return found

    @cached_property
    def ranges(self) -> dict[str, Bounds]:
        """The range that the rules assume of every slot that holds a word."""
        own = self._word_ranges
        return {name: own[name] for name in self.system.slots if name in own}

    @cached_property
    def inputs(self) -> dict[str, list[Unknown]]:
        """The unknowns of each input that is a number, by the input's name."""
        return self._unknowns("", self.system.inputs.words)

    @cached_property
    def initial_inputs(self) -> dict[str, list[Unknown]]:
        """The same for the initial state."""
        return self._unknowns(INITIAL, self.system.initial_inputs.words)

    def _unknowns(self, prefix: str, words: Mapping[str, int]) -> dict[str, list[Unknown]]:
        found: dict[str, list[Unknown]] = {}
        for name in words:
            bounds = self._word_ranges.get(prefix + name)
            if bounds is not None:
                unit = int(name.partition("*")[2] or 1)
                unknown = Unknown(prefix + name, named(name), unit, bounds)
                found.setdefault(unknown.base, []).append(unknown)
        return found

    def given(
        self, used: Mapping[str, int | bool], *, initial: bool
    ) -> dict[str, int | bool] | None:
        """The unknowns of inputs that a run used; None where the rules do not allow one of the values.

        An input that the run did not ask for is free, and gets its least value.
        """
        inputs = self.initial_inputs if initial else self.inputs
        flags = (self.system.initial_inputs if initial else self.system.inputs).flags
        prefix = INITIAL if initial else ""
        values: dict[str, int | bool] = {prefix + n: bool(used.get(n, False)) for n in flags}
        for base, unknowns in inputs.items():
            value = used.get(base)
            if value is not None and not any(u.accepts(value) for u in unknowns):
                return None
            for u in unknowns:
                values[u.name] = u.bounds.lo if value is None else value // u.unit
        return values

    def call(self, call: Call) -> int | None:
        """The number of a call; None where the system has no rules for it."""
        return self.calls.get(call)


def _terms(system: System) -> Iterator[Any]:
    """Every term that is stored."""
    yield from (system.initially, system.passable)
    for values in (system.pre, system.mid, system.initial, system.passing):
        yield from (part for value in values.values() for part in _parts(value))
    for rule in system.rules:
        yield rule.condition
        yield from rule.targets.values()
        yield from (part for value in rule.updates.values() for part in _parts(value))


def _parts(value: Any) -> list[Any]:
    if hasattr(value, "form"):
        form: Linear = value.form
        return [form]
    return list(value.members.values()) if hasattr(value, "members") else [value.condition]
