"""Unrolling: a system's step as Z3 constraints, built once and instantiated at each depth.

Relational: every state field has a constant of its own at each depth, every call and every target a
Boolean. The step is lowered over bound variables; a depth is made by substituting its constants.

Wrapping mod 2^64 is what makes the integers hard: `GuardedLowering` puts the usual cases first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from vtsc.language.actions import Call
from vtsc.language.lemmas import ONE_VALUE
from vtsc.language.state import Value
from vtsc.solver.integers import GuardedLowering, Lowering
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
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.relation import encoded, named
from vtsc.system.system import System


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
    """One step of ``system``.

    ``loose``: quotients may be any integers, so more is possible than really is.
    """

    def __init__(
        self,
        system: System,
        lowering: type[Lowering],
        symmetry: bool,
        *,
        loose: bool = False,
    ) -> None:
        self._system = system
        self._template = _Template()
        self._low = lowering(self._template.unknown)
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
    """A system in one arithmetic, depth by depth."""

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
        low, system = self.lowering(z3.Const), self.system
        constraints = [low.condition(system.initially)]
        for name in system.slots:
            constraints += hold(low, name, system.initial[name], "@0")
        if self.symmetry:
            for kind, instances in system.symmetric.items():
                constraints += [z3.Not(z3.Bool(at_depth(touched(kind, i), 0))) for i in instances]
        return [*constraints, *low.definitions, *low.ranges.values()]

    @cached_property
    def _template(self) -> StepTemplate:
        return StepTemplate(self.system, self.lowering, self.symmetry)

    @cached_property
    def _loose(self) -> StepTemplate:
        return StepTemplate(self.system, self.lowering, self.symmetry, loose=True)

    def step(self, depth: int) -> tuple[list[Any], Depth]:
        """The step from ``depth``."""
        return self._template.instance(depth)

    def loose_step(self, depth: int) -> list[Any]:
        """The step from ``depth``, quotients being any integers; with the constants of `step`."""
        return self._loose.instance(depth)[0]

    def facts(self, depth: int, *, stated: bool = False) -> list[Any]:
        """The system's lemmas, or only those that somebody ``stated``, said of the state at ``depth``."""
        low = self.lowering(lambda name, sort: constant(name, depth, sort))
        chosen = [f for f in self.system.facts if not stated or f.lemma is not ONE_VALUE]
        facts = [low.condition(fact.condition) for fact in chosen]
        return [*facts, *low.definitions, *low.ranges.values()]
