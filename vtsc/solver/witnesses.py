"""States and inputs that a solver finds for a validation: for starts, rules and ways of passing time.

A way is one side of a condition that a stored value, or the legality of it, depends on: each such condition
is asked for both as true and as false.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import z3

from vtsc.language.state import Value
from vtsc.solver.expressions import require
from vtsc.solver.integers import Lowering
from vtsc.solver.units import check
from vtsc.solver.unroll import hold
from vtsc.symbolic.forms import Choice, Condition, Junction, walk
from vtsc.symbolic.names import INITIAL, MID
from vtsc.symbolic.values import Index, parts
from vtsc.system.system import System
from vtsc.validation.validate import Assignment, Inputs, Question

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

    def passings(self) -> list[Question]:
        """A question for every way in which time can pass, some rule applying after it."""
        system = self._system
        applies = system.arena.disjunction(rule.condition for rule in system.rules)
        ways = self._ways(system.passable, list(system.passing.values()))
        return [partial(self._assigned, None, (condition, applies)) for condition in ways]

    def rules(self) -> list[Question]:
        """A question for every rule."""
        rules = enumerate(self._system.rules)
        return [partial(self._assigned, number, (rule.condition,)) for number, rule in rules]

    def _assigned(
        self, rule: int | None, conditions: Sequence[Condition], unlike: Sequence[Inputs]
    ) -> Assignment | None:
        """A state and inputs with these conditions, and the rule that applies, the first if none is given."""
        others = [self._differing(fields) for fields in unlike]
        model = self._step.model(*conditions, *others)
        if model is None:
            return None
        if rule is None:
            rules = enumerate(self._system.rules)
            rule = next(n for n, each in rules if self._holds(model, each.condition))
        return self._assignment(model, rule)

    def _differing(self, fields: Inputs) -> Condition:
        """The condition that some index of a state has another value than in ``fields``."""
        arena, pre = self._system.arena, self._system.pre
        indices = [n for n in self._system.slots if isinstance(pre[n], Index)]
        return arena.negation(arena.conjunction(pre[n].members[fields[n]] for n in indices))

    # how questions are asked

    def _ways(self, legal: Condition, values: list[Value]) -> Iterator[Condition]:
        """A condition for each way to choose values or to meet ``legal``; the first one is always true."""
        arena, found = self._system.arena, [self._system.arena.true]
        for term in walk([legal, *(part for value in values for part in parts(value))]):
            if isinstance(term, Choice):
                found += (term.condition, arena.negation(term.condition))
            elif isinstance(term, Junction) and not term.conjunction:
                found += term.operands
        return iter(dict.fromkeys(found))

    @property
    def _step(self) -> "_Asked":
        """A solver that knows the constraints of a state, and that time passes from it."""
        if self._stepping is None:
            system, asked = self._system, _Asked()
            asked.require(asked.low.condition(system.initially))
            asked.require(asked.low.condition(system.passable))
            asked.require(*map(asked.low.condition, system.floors.values()))
            for name, value in system.passing.items():
                asked.require(*hold(asked.low, name, value, MID))
            for name in system.slots:
                value = system.pre[name]
                lowered = asked.lowered(value)
                if isinstance(value, Index):
                    asked.require(
                        z3.Or(lowered), *(z3.Not(z3.And(pair)) for pair in combinations(lowered, 2))
                    )
            self._stepping = asked
        return self._stepping

    # values in a model

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
                found[name] = int(model.eval(z3.Const(prefix + name, z3.IntSort()), True).as_long())
        for name in known.flags:
            found[name] = bool(z3.is_true(model.eval(z3.Bool(prefix + name), True)))
        return found


class _Asked:
    """A solver and its lowering; quotients and ranges of variables are asserted as terms are lowered."""

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
        require(self._solver, lowered)

    def model(self, *conditions: Condition) -> Any:
        """A model of the conditions; None where there is none within the budget."""
        lowered = [self.low.condition(c) for c in conditions]
        self._catch_up()
        self._solver.push()
        require(self._solver, lowered)
        model = self._solver.model() if check(self._solver) == z3.sat else None
        self._solver.pop()
        return model

    def _catch_up(self) -> None:
        require(self._solver, self.low.definitions[self._defined :])
        self._defined = len(self.low.definitions)
        require(self._solver, list(self.low.ranges.values())[self._ranged :])
        self._ranged = len(self.low.ranges)
