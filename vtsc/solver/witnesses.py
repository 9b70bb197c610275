"""States and inputs that a solver finds for the validation of a system: starts, rules, ways of passing time.

A way is one side of a condition that a stored value, or the legality of it, depends on: each such condition is
asked for both as true and as false.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import z3

from vtsc.language.state import Value
from vtsc.solver.integers import Lowering
from vtsc.solver.unroll import hold
from vtsc.symbolic.forms import Choice, Condition, Junction, walk
from vtsc.symbolic.names import INITIAL, MID
from vtsc.symbolic.values import Index, parts
from vtsc.system.system import System
from vtsc.validation.validate import Assignment, Inputs

BUDGET = 2_000_000
"""Z3 resource units that one question may cost; a question that costs more goes unanswered."""


class SolverWitnesses:
    """One solver for all questions about a system."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._low = Lowering(z3.Const)
        self._solver: Any = z3.SolverFor("QF_LIA")
        self._solver.set("rlimit", BUDGET)
        self._defined = 0
        self._ranged: set[str] = set()
        self._require(system.initially)

    # questions

    def starts(self) -> Iterator[Inputs]:
        """Inputs for every way in which the machine can start."""
        values = list(self._system.initial.values())
        for condition in self._ways(self._system.initially, values):
            model = self._model(condition)
            if model is not None:
                yield self._inputs(model, INITIAL)

    def passings(self) -> Iterator[Assignment]:
        """A state and inputs for every way in which time can pass, some rule applying after it."""
        system = self._system
        applies = system.arena.disjunction(rule.condition for rule in system.rules)
        for condition in self._ways(system.passable, list(system.passing.values())):
            model = self._stepping(condition, applies)
            if model is None:
                continue
            holding = (n for n, r in enumerate(system.rules) if self._holds(model, r.condition))
            yield self._assignment(model, next(holding))

    def rule(self, number: int) -> Assignment | None:
        """A state and inputs in which a rule applies."""
        model = self._stepping(self._system.rules[number].condition)
        return None if model is None else self._assignment(model, number)

    # how they are asked

    def _ways(self, legal: Condition, values: list[Value]) -> Iterator[Condition]:
        """Conditions of which each is met by some way, beside that it is legal at all."""
        arena, found = self._system.arena, [self._system.arena.true]
        for term in walk([legal, *(part for value in values for part in parts(value))]):
            if isinstance(term, Choice):
                found += (term.condition, arena.negation(term.condition))
            elif isinstance(term, Junction) and not term.conjunction:
                found += term.operands
        return iter(dict.fromkeys(found))

    @cached_property
    def _step(self) -> list[Any]:
        """That a state is one, and that time passes from it."""
        system, low = self._system, self._low
        parts = [low.condition(system.passable)]
        for name, value in system.passing.items():
            parts += hold(low, name, value, MID)
        for name in system.slots:
            value = system.pre[name]
            lowered = [low.condition(p) for p in _conditions(value)]
            if isinstance(value, Index):
                parts.append(z3.PbEq([(c, 1) for c in lowered], 1))
            elif not lowered:
                low.linear(value.form)  # so that its range is known
        return parts

    def _stepping(self, *conditions: Condition) -> Any:
        return self._model(*conditions, given=self._step)

    def _model(self, *conditions: Condition, given: list[Any] | None = None) -> Any:
        """A model of the conditions; None where there is none within the budget."""
        lowered = [self._low.condition(c) for c in conditions]
        self._catch_up()
        self._solver.push()
        self._solver.add(*(given or ()), *lowered)
        model = self._solver.model() if self._solver.check() == z3.sat else None
        self._solver.pop()
        return model

    def _require(self, condition: Condition) -> None:
        lowered = self._low.condition(condition)
        self._catch_up()
        self._solver.add(lowered)

    def _catch_up(self) -> None:
        """Assert what quotients are and between what variables lie, as far as terms are known by now."""
        self._solver.add(*self._low.definitions[self._defined :])
        self._defined = len(self._low.definitions)
        new = [name for name in self._low.ranges if name not in self._ranged]
        self._solver.add(*(self._low.ranges[name] for name in new))
        self._ranged |= set(new)

    # what a model says

    def _holds(self, model: Any, condition: Condition) -> bool:
        return bool(z3.is_true(model.eval(self._low.condition(condition), True)))

    def _assignment(self, model: Any, rule: int) -> Assignment:
        fields = {name: self._value(model, self._system.pre[name]) for name in self._system.slots}
        return Assignment(fields, self._inputs(model, ""), self._inputs(model, INITIAL), rule)

    def _value(self, model: Any, value: Value) -> int | bool:
        if isinstance(value, Index):
            return next(i for i, c in value.members.items() if self._holds(model, c))
        found = model.eval(self._low.value(value), True)
        return bool(z3.is_true(found)) if z3.is_bool(found) else int(found.as_long())

    def _inputs(self, model: Any, prefix: str) -> dict[str, int | bool]:
        """The inputs that the model speaks of, as the rules call them."""
        system = self._system
        known = system.initial_inputs if prefix else system.inputs
        given: Mapping[str, Any] = {d.name(): model[d] for d in model.decls()}
        found: dict[str, int | bool] = {}
        for name in known.words:
            if prefix + name in given:
                found[name] = int(given[prefix + name].as_long())
        for name in known.flags:
            if prefix + name in given:
                found[name] = bool(z3.is_true(given[prefix + name]))
        return found


def _conditions(value: Value) -> list[Condition]:
    return [part for part in parts(value) if isinstance(part, Condition)]
