"""Unrolling: a system's step as Z3 constraints, built once and instantiated at each depth.

Every state field has a constant of its own at each depth, and every call and every target a Boolean. The
step is lowered over bound variables, and a depth is made by substituting its constants.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from vtsc.language.actions import Call
from vtsc.language.lemmas import ONE_VALUE
from vtsc.language.state import Value
from vtsc.language.words import MODULUS
from vtsc.solver.expressions import every, implies, opposite, same, some
from vtsc.solver.integers import GuardedLowering, Lowering
from vtsc.symbolic.forms import Condition, Linear, Quotient, walk
from vtsc.symbolic.names import (
    AFTER,
    INITIAL,
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
        return [same(unknown(name + suffix, z3.BoolSort()), lowering.condition(value.condition))]
    assert isinstance(value, Index)
    return [
        same(unknown(member(name + suffix, i), z3.BoolSort()), lowering.condition(c))
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

    every, some = staticmethod(every), staticmethod(some)
    opposite, implies, same = staticmethod(opposite), staticmethod(implies), staticmethod(same)

    def flag(self, name: str) -> Any:
        return self._low.unknown(name, z3.BoolSort())

    def holds(self, name: str, suffix: str, value: Value) -> list[Any]:
        return hold(self._low, name, value, suffix)


class StepTemplate:
    """One step of ``system``."""

    def __init__(self, system: System, lowering: type[Lowering], symmetry: bool) -> None:
        self._system = system
        self._template = _Template()
        self._low = lowering(self._template.unknown)
        step = encoded(named(system), Expressions(self._low))
        hits = [same(self._flag(hit(name)), cause) for name, cause in step.hits.items()]
        constraints = [*step.constraints, *hits]
        if symmetry:
            constraints += self._symmetry()
        self._whole = every([*constraints, *self._low.ranges.values(), *self._low.definitions])

    def _flag(self, name: str) -> Any:
        return self._low.unknown(name, z3.BoolSort())

    def _symmetry(self) -> list[Any]:
        """The constraints that of interchangeable instances the lowest one not yet named is named next."""
        system, step = self._system, []
        calls = [self._flag(called(n)) for n in range(len(system.calls))]
        for kind, instances in system.symmetric.items():
            for position, i in enumerate(instances):
                users = (n for n, call in enumerate(system.calls) if (kind, i) in system.uses[call])
                using = [calls[n] for n in users]
                after = self._flag(touched(kind, i) + AFTER)
                step.append(same(after, some([self._flag(touched(kind, i)), *using])))
                if position:
                    allowed = self._flag(touched(kind, instances[position - 1]))
                    step += [implies(use, allowed) for use in using]
        return step

    def instance(self, depth: int) -> tuple[list[Any], Depth]:
        """The constraints of the step from ``depth`` to ``depth + 1``, and its constants."""
        system = self._system
        constants = {n: constant(n, depth, sort) for n, sort in self._template.sorts.items()}
        constraints = [z3.substitute_vars(self._whole, *constants.values())]
        calls = {call: constants[called(n)] for n, call in enumerate(system.calls)}
        targets = {name: constants[hit(name)] for name in system.targets}
        rules = [constants[chosen(n)] for n in range(len(system.rules))]
        names = (*system.inputs.words, *system.inputs.flags)
        inputs = {n: constants[n] for n in names if n in constants}
        return constraints, Depth(calls, rules, targets, inputs)


class Unrolling:
    """A system in one arithmetic, by default the integers, depth by depth."""

    def __init__(
        self, system: System, lowering: type[Lowering] = GuardedLowering, symmetry: bool = True
    ) -> None:
        self.system = system
        self.lowering = lowering
        self.symmetry = symmetry
        self.logic = lowering.logic
        self.at_most = lowering.at_most
        self.word_sort = lowering(z3.Const).sort(residue=False)

    @cached_property
    def initial(self) -> list[Any]:
        """The constraints that make depth 0 an initial state."""
        return self.beginning(0)

    def beginning(self, depth: int) -> list[Any]:
        """The constraints that make the state at ``depth`` an initial one."""
        low, system = self.lowering(z3.Const), self.system
        constraints = [low.condition(system.initially)]
        for name in system.slots:
            constraints += hold(low, name, system.initial[name], at_depth("", depth))
        if self.symmetry:
            for kind, instances in system.symmetric.items():
                flags = (z3.Bool(at_depth(touched(kind, i), depth)) for i in instances)
                constraints += map(z3.Not, flags)
        return [*constraints, *low.definitions, *low.ranges.values()]

    @property
    def initial_inputs(self) -> dict[str, Any]:
        """The constants of the inputs of the initial state."""
        asked = self.system.initial_inputs
        words = {name: z3.Const(INITIAL + name, self.word_sort) for name in asked.words}
        return words | {name: z3.Bool(INITIAL + name) for name in asked.flags}

    @cached_property
    def _template(self) -> StepTemplate:
        return StepTemplate(self.system, self.lowering, self.symmetry)

    def step(self, depth: int) -> tuple[list[Any], Depth]:
        """The constraints of the step from ``depth`` to ``depth + 1``, and its constants."""
        return self._template.instance(depth)

    def facts(self, depth: int, *, stated: bool = False) -> list[Any]:
        """The system's facts, without `ONE_VALUE` if ``stated``, said of the state at ``depth``."""
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


def _contents(rule: Rule) -> list[Linear | Condition]:
    values = (part for value in rule.updates.values() for part in parts(value))
    return [rule.condition, *values, *rule.targets.values()]
