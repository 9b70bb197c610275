"""Unrolling: a system's step as Z3 constraints, built once and instantiated at each depth.

Relational: every state field has a constant of its own at each depth, every call and every target a
Boolean. The step is lowered over bound variables; a depth is made by substituting its constants.

Wrapping mod 2^64 is what makes the integers hard. Where a system divides by nothing else, `GuardedLowering`
puts the usual cases first. Where it does, a quotient by 2^64 is a *site*; where a site is known not to wrap,
its quotient is 0 and leaves the formula. The engine earns that knowledge depth by depth: `Unrolling.wraps`
says when a site would wrap, and only sites refuted there are simplified.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from vtsc.language.actions import Call
from vtsc.language.lemmas import ONE_VALUE
from vtsc.language.state import Value
from vtsc.language.words import MODULUS
from vtsc.solver.integers import GuardedLowering, Lowering
from vtsc.symbolic.forms import Condition, Junction, Linear, Quotient, quotients, walk
from vtsc.symbolic.names import (
    AFTER,
    INITIAL,
    MID,
    at_depth,
    called,
    chosen,
    hit,
    member,
    touched,
)
from vtsc.symbolic.values import Index, Truth, Word, parts
from vtsc.system.relation import encoded, named
from vtsc.system.system import Rule, System


class _Template:
    """Names bound to de Bruijn variables, in order of first use."""

    def __init__(self) -> None:
        self.sorts: dict[str, Any] = {}
        self._variables: dict[str, Any] = {}

    def unknown(self, name: str, sort: Any) -> Any:
        if name.startswith(INITIAL):
            return z3.Const(name, sort)
        found = self._variables.get(name)
        if found is None:
            found = self._variables[name] = z3.Var(len(self.sorts), sort)
            self.sorts[name] = sort
        return found


def constant(name: str, depth: int, sort: Any) -> Any:
    """The constant for a template name in the step that starts at ``depth``."""
    return z3.Const(at_depth(name, depth), sort)


def hold(lowering: Lowering, name: str, value: Value, suffix: str = "") -> list[Any]:
    """Equations of the constants of field ``name`` with ``value``."""
    unknown = lowering.unknown
    if isinstance(value, Word):
        sort = lowering.sort(value.residue)
        return [lowering.equal(unknown(name + suffix, sort), value)]
    if isinstance(value, Truth):
        return [unknown(name + suffix, z3.BoolSort()) == lowering.condition(value.condition)]
    assert isinstance(value, Index)
    return [
        unknown(member(name + suffix, i), z3.BoolSort()) == lowering.condition(c)
        for i, c in value.members.items()
    ]


@dataclass(frozen=True)
class Depth:
    """The constants of one step that an engine asks about."""

    calls: dict[Call, Any]
    rules: list[Any]
    targets: dict[str, Any]
    inputs: dict[str, Any]


class Expressions:
    """Constraints made of Z3 expressions, as ``lowering`` makes them of terms."""

    def __init__(self, lowering: Lowering) -> None:
        self._low = lowering
        self.condition = lowering.condition
        self.opposite = z3.Not
        self.implies = z3.Implies

    def flag(self, name: str) -> Any:
        return self._low.unknown(name, z3.BoolSort())

    def holds(self, name: str, suffix: str, value: Value) -> list[Any]:
        return hold(self._low, name, value, suffix)

    def every(self, parts: Sequence[Any]) -> Any:
        return z3.And(list(parts))

    def some(self, parts: Sequence[Any]) -> Any:
        return z3.Or(list(parts))

    def same(self, a: Any, b: Any) -> Any:
        return a == b


class StepTemplate:
    """One step of ``system`` with the given sites taken not to wrap.

    ``loose``: quotients may be any integers, so more is possible than really is.
    """

    def __init__(
        self,
        system: System,
        lowering: type[Lowering],
        plain: Iterable[int],
        symmetry: bool,
        *,
        loose: bool = False,
    ) -> None:
        self._system = system
        self._template = _Template()
        self._low = lowering(self._template.unknown, frozenset(plain))
        step = encoded(named(system), Expressions(self._low))
        hits = [self._flag(hit(name)) == cause for name, cause in step.hits.items()]
        constraints = [*step.constraints, *hits]
        if symmetry:
            constraints += self._symmetry()
        constraints += self._low.ranges.values()
        if not loose:
            constraints += self._low.definitions
        self._whole = z3.And(constraints)

    def _flag(self, name: str) -> Any:
        return self._low.unknown(name, z3.BoolSort())

    def _symmetry(self) -> list[Any]:
        """Of instances that start alike, the lowest one not yet named is the next to be named."""
        system, step = self._system, []
        calls = [self._flag(called(n)) for n in range(len(system.calls))]
        for kind, instances in system.symmetric.items():
            for position, i in enumerate(instances):
                users = (n for n, call in enumerate(system.calls) if (kind, i) in system.uses[call])
                using = [calls[n] for n in users]
                after = self._flag(touched(kind, i) + AFTER)
                step.append(after == z3.Or(self._flag(touched(kind, i)), *using))
                if position:
                    allowed = self._flag(touched(kind, instances[position - 1]))
                    step += [z3.Implies(use, allowed) for use in using]
        return step

    def instance(self, depth: int) -> tuple[list[Any], Depth]:
        """The constraints of the step from ``depth`` to ``depth + 1``, and its constants."""
        system = self._system
        constants = {n: constant(n, depth, sort) for n, sort in self._template.sorts.items()}
        values = list(constants.values())
        constraints = [z3.substitute_vars(self._whole, *values)]
        calls = {call: constants[called(n)] for n, call in enumerate(system.calls)}
        targets = {name: constants[hit(name)] for name in system.targets}
        rules = [constants[chosen(n)] for n in range(len(system.rules))]
        names = (*system.inputs.words, *system.inputs.flags)
        return constraints, Depth(
            calls, rules, targets, {n: constants[n] for n in names if n in constants}
        )


class Unrolling:
    """A system in one arithmetic, by default the integers, depth by depth."""

    def __init__(
        self, system: System, lowering: type[Lowering] | None = None, symmetry: bool = True
    ) -> None:
        if lowering is None:
            lowering = Lowering if divides(system) else GuardedLowering
        self.system = system
        self.lowering = lowering
        self.symmetry = symmetry
        self.logic = lowering.logic
        self.at_most = lowering.at_most
        self.word_sort = lowering(z3.Const).sort(residue=False)
        self.sites = _sites(system) if lowering.wraps else {}
        self.wrapping: set[int] = set()
        """Sites that may wrap at some depth reached so far."""
        self.settled: set[int] = set()
        """Sites that wrap at no depth, as lemmas show."""
        self._templates: dict[frozenset[int], StepTemplate] = {}
        self._loose: dict[frozenset[int], StepTemplate] = {}
        self._probes: dict[frozenset[int], WrapTemplate] = {}

    @cached_property
    def initial(self) -> list[Any]:
        """The constraints that make depth 0 an initial state."""
        low, system = self.lowering(z3.Const), self.system
        constraints = [low.condition(system.initially)]
        for name in system.slots:
            constraints += hold(low, name, system.initial[name], "@0")
        if self.symmetry:
            for kind, instances in system.symmetric.items():
                constraints += [z3.Not(z3.Bool(at_depth(touched(kind, i), 0))) for i in instances]
        return [*constraints, *low.definitions, *low.ranges.values()]

    def step(self, depth: int) -> tuple[list[Any], Depth]:
        """The step from ``depth``, sites outside ``wrapping`` taken not to wrap."""
        plain = frozenset(self.sites.keys() - self.wrapping)
        template = self._templates.get(plain)
        if template is None:
            template = StepTemplate(self.system, self.lowering, plain, self.symmetry)
            self._templates[plain] = template
        return template.instance(depth)

    def loose_step(self, depth: int) -> list[Any]:
        """The step from ``depth``, quotients being any integers; with the constants of `step`."""
        plain = frozenset(self.sites.keys() - self.wrapping)
        template = self._loose.get(plain)
        if template is None:
            template = StepTemplate(self.system, self.lowering, plain, self.symmetry, loose=True)
            self._loose[plain] = template
        return template.instance(depth)[0]

    def wraps(self, depth: int) -> tuple[list[Any], dict[int, Any]]:
        """When each site not ``settled`` and outside ``wrapping`` could wrap in the step from ``depth``.

        Constraints for the passing of time, and a condition per site: necessary for the site to
        be the first of the step to wrap where a rule evaluates it.
        """
        plain = frozenset(self.sites.keys() - self.wrapping)
        template = self._probes.get(plain)
        if template is None:
            template = self._probes[plain] = WrapTemplate(self, plain)
        return template.instance(depth)

    def facts(self, depth: int, *, stated: bool = False) -> list[Any]:
        """The system's lemmas, or only those that somebody ``stated``, said of the state at ``depth``."""
        low = self.lowering(lambda name, sort: constant(name, depth, sort))
        chosen = [f for f in self.system.facts if not stated or f.lemma is not ONE_VALUE]
        facts = [low.condition(fact.condition) for fact in chosen]
        return [*facts, *low.definitions, *low.ranges.values()]


def divides(system: System) -> bool:
    """Whether some term is a quotient by anything but 2^64."""
    terms = [part for value in system.passing.values() for part in parts(value)]
    for rule in system.rules:
        terms += _contents(rule)
    return any(isinstance(t, Quotient) and t.divisor != MODULUS for t in walk(terms))


class WrapTemplate:
    """The question whether a site of ``plain`` wraps, for any depth."""

    def __init__(self, unrolling: Unrolling, plain: frozenset[int]) -> None:
        self._template = _Template()
        low = unrolling.lowering(self._template.unknown, plain)
        system = unrolling.system
        passing = [low.condition(system.passable)]
        for name, value in system.passing.items():
            passing += hold(low, name, value, MID)
        self._conditions = {}
        for site, (quotient, guards) in unrolling.sites.items():
            if site in plain - unrolling.settled:
                x = low.linear(quotient.numerator)
                outside = z3.Or(x < 0, x >= MODULUS)
                guarded = z3.Or([z3.And([low.condition(c) for c in guard]) for guard in guards])
                self._conditions[site] = z3.And(guarded, outside)
        self._passing = z3.And(*passing, *low.definitions, *low.ranges.values())

    def instance(self, depth: int) -> tuple[list[Any], dict[int, Any]]:
        """The constraints and conditions of `Unrolling.wraps`."""
        values = [constant(n, depth, sort) for n, sort in self._template.sorts.items()]
        conditions = {site: z3.substitute_vars(c, *values) for site, c in self._conditions.items()}
        return [z3.substitute_vars(self._passing, *values)], conditions


def _sites(system: System) -> dict[int, tuple[Quotient, list[list[Condition]]]]:
    """Every quotient by 2^64, with what each rule that has it demands before it."""
    found: dict[int, tuple[Quotient, list[list[Condition]]]] = {}
    passing = [part for value in system.passing.values() for part in parts(value)]
    for site, quotient in quotients([system.passable, *passing], MODULUS).items():
        found[site] = (quotient, [[]])
    for rule in system.rules:
        guard = [c for c in _conjuncts(rule.condition) if not quotients([c], MODULUS)]
        for site, quotient in quotients(_contents(rule), MODULUS).items():
            guards = found.setdefault(site, (quotient, []))[1]
            if guard not in guards:
                guards.append(guard)
    return found


def _contents(rule: Rule) -> list[Linear | Condition]:
    values = (part for value in rule.updates.values() for part in parts(value))
    return [rule.condition, *values, *rule.targets.values()]


def _conjuncts(condition: Condition) -> Sequence[Condition]:
    if isinstance(condition, Junction) and condition.conjunction:
        return condition.operands
    return (condition,)
