"""States and inputs that a solver finds for a validation: for starts, rules and ways of passing time.

A way is one side of a condition that a stored value, or the legality of it, depends on: each such condition
is asked for both as true and as false.
"""

from collections.abc import Iterator
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
        self._starting = _Asked()
        self._starting.require(self._starting.low.condition(system.initially))
        self._stepping: _Asked | None = None

    # questions

    def starts(self) -> Iterator[Inputs]:
        """Inputs for every way in which the machine can start."""
        values = list(self._system.initial.values())
        for condition in self._ways(self._system.initially, values):
            model = self._starting.model(condition)
            if model is not None:
                yield self._inputs(self._starting, model, INITIAL)

    def passings(self) -> Iterator[Assignment]:
        """A state and inputs for every way in which time can pass, some rule applying after it."""
        system = self._system
        applies = system.arena.disjunction(rule.condition for rule in system.rules)
        for condition in self._ways(system.passable, list(system.passing.values())):
            model = self._step.model(condition, applies)
            if model is None:
                continue
            holding = (n for n, r in enumerate(system.rules) if self._holds(model, r.condition))
            yield self._assignment(model, next(holding))

    def rule(self, number: int) -> Assignment | None:
        """A state and inputs in which a rule applies."""
        model = self._step.model(self._system.rules[number].condition)
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

    @property
    def _step(self) -> "_Asked":
        """A solver that knows that a state is one, and that time passes from it."""
        if self._stepping is None:
            system, asked = self._system, _Asked()
            asked.require(asked.low.condition(system.initially))
            asked.require(asked.low.condition(system.passable))
            for name, value in system.passing.items():
                asked.require(*hold(asked.low, name, value, MID))
            for name in system.slots:
                value = system.pre[name]
                lowered = asked.lowered(value)
                if isinstance(value, Index):
                    asked.require(z3.PbEq([(c, 1) for c in lowered], 1))
            self._stepping = asked
        return self._stepping

    # what a model says

    def _holds(self, model: Any, condition: Condition) -> bool:
        return bool(z3.is_true(model.eval(self._step.low.condition(condition), True)))

    def _assignment(self, model: Any, rule: int) -> Assignment:
        fields = {name: self._value(model, self._system.pre[name]) for name in self._system.slots}
        inputs, initial = (self._inputs(self._step, model, p) for p in ("", INITIAL))
        return Assignment(fields, inputs, initial, rule)

    def _value(self, model: Any, value: Value) -> int | bool:
        if isinstance(value, Index):
            return next(i for i, c in value.members.items() if self._holds(model, c))
        found = model.eval(self._step.low.value(value), True)
        return bool(z3.is_true(found)) if z3.is_bool(found) else int(found.as_long())

    def _inputs(self, asked: "_Asked", model: Any, prefix: str) -> dict[str, int | bool]:
        """The inputs that were spoken of, as the rules call them, with their values in a model."""
        known = self._system.initial_inputs if prefix else self._system.inputs
        found: dict[str, int | bool] = {}
        for name in known.words:
            if prefix + name in asked.low.ranges:
                found[name] = int(model.eval(z3.Int(prefix + name), True).as_long())
        for name in known.flags:
            found[name] = bool(z3.is_true(model.eval(z3.Bool(prefix + name), True)))
        return found


class _Asked:
    """A solver with what it was told; quotients and ranges of variables are asserted as terms are met."""

    def __init__(self) -> None:
        self.low = Lowering(z3.Const)
        self._solver: Any = z3.SolverFor("QF_LIA")
        self._solver.set("rlimit", BUDGET)
        self._defined = 0
        self._ranged = 0

    def lowered(self, value: Value) -> list[Any]:
        """A field's terms."""
        if isinstance(value, Index):
            return [self.low.condition(c) for c in value.members.values()]
        return [self.low.value(value)]

    def require(self, *lowered: Any) -> None:
        """Assert what was lowered."""
        self._catch_up()
        self._solver.add(*lowered)

    def model(self, *conditions: Condition) -> Any:
        """A model of the conditions; None where there is none within the budget."""
        lowered = [self.low.condition(c) for c in conditions]
        self._catch_up()
        self._solver.push()
        self._solver.add(*lowered)
        model = self._solver.model() if self._solver.check() == z3.sat else None
        self._solver.pop()
        return model

    def _catch_up(self) -> None:
        self._solver.add(*self.low.definitions[self._defined :])
        self._defined = len(self.low.definitions)
        self._solver.add(*list(self.low.ranges.values())[self._ranged :])
        self._ranged = len(self.low.ranges)
