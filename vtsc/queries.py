"""The questions of a certificate as SMT-LIB texts; each of them must be unsatisfiable.

initial: some initial state does not satisfy the lemmas. step: one step from a state that satisfies the
lemmas leads to one that does not. property: such a step violates the property. bystander: a step of a larger
machine is none of the smaller one, once an instance that has no part in it is left out.
"""

from collections.abc import Sequence
from typing import Any

import z3

from vtsc.arithmetics.integers import Lowering
from vtsc.step import Consequences, StepTerms, step_of
from vtsc.symbolic import Index, Value
from vtsc.system import Rule, System

LOGIC = "QF_LIA"


class _Names:
    """Constants by name; quotients are numbered as they come, whatever else the system has."""

    def __init__(self, quotient: str = "quotient") -> None:
        self._quotient = quotient
        self._quotients: dict[str, str] = {}

    def __call__(self, name: str, sort: Any) -> Any:
        if name.startswith("quotient"):
            name = self._quotients.setdefault(name, f"{self._quotient}{len(self._quotients)}")
        return z3.Const(name, sort)


def text(title: str, constraints: Sequence[Any]) -> str:
    """An SMT-LIB script that asserts ``constraints`` and asks whether they can hold."""
    solver = z3.Solver()
    solver.add(*constraints)
    body = solver.to_smt2().split("\n", 2)[-1]
    return f"; {title}\n(set-logic {LOGIC})\n{body}"


def queries(system: System, target: str) -> dict[str, str]:
    """The questions ``initial``, ``step`` and ``property``, in this order."""
    step = step_of(system, system.facts)
    return {
        "initial": _initial(system),
        "step": _step(system, step),
        "property": _property(system, step, target),
    }


def _initial(system: System) -> str:
    low, follow = Lowering(_Names()), Consequences(system)
    constraints = [low.condition(system.initially)]
    broken = [z3.Not(low.condition(follow.initially(fact))) for fact in system.facts]
    constraints.append(z3.Or(broken))
    title = "An initial state that does not satisfy every lemma."
    return text(title, [*constraints, *low.definitions, *low.ranges.values()])


def _before(low: Lowering, system: System, step: StepTerms) -> tuple[list[Any], list[Any]]:
    """A state that satisfies the lemmas, in which time passes; and each rule's literal."""
    constraints = [low.condition(fact.condition) for fact in system.facts]
    constraints.append(low.condition(step.passable))
    rules = [z3.Bool(f"rule{n}") for n in range(len(step.rules))]
    constraints += [
        z3.Implies(chosen, low.condition(condition))
        for chosen, condition in zip(rules, step.rules, strict=True)
    ]
    return constraints, rules


def _step(system: System, step: StepTerms) -> str:
    low = Lowering(_Names())
    constraints, rules = _before(low, system, step)
    broken = []
    for _, after, causes in step.outcomes:
        failed = z3.Not(low.condition(after))
        taken = [] if causes is None else [z3.Or([rules[n] for n in causes])]
        broken.append(z3.And(failed, *taken))
    title = "A step from a state that satisfies the lemmas to one that does not."
    return text(title, [*constraints, z3.Or(broken), *low.definitions, *low.ranges.values()])


def _property(system: System, step: StepTerms, target: str) -> str:
    low = Lowering(_Names())
    constraints, rules = _before(low, system, step)
    hits = [z3.And(rules[n], low.condition(hit)) for n, hit in step.hits[target]]
    title = f"A step from a state that satisfies the lemmas that violates {target}."
    return text(title, [*constraints, z3.Or(hits), *low.definitions, *low.ranges.values()])


# leaving out a bystander


class _Side:
    """One of two systems that share the names of their fields and inputs."""

    def __init__(self, system: System, quotient: str) -> None:
        self.system = system
        self.low = Lowering(_Names(quotient))
        self._follow = Consequences(system)

    def applies(self, rule: Rule) -> Any:
        """When a rule applies, seen from the start of the step."""
        return self.low.condition(self._follow.passed(rule.condition))

    def hits(self, rule: Rule, target: str) -> Any:
        """When it hits a target."""
        return self.low.condition(
            self._follow.passed(rule.targets.get(target, self.system.arena.false))
        )

    def passed(self, name: str) -> Value:
        """A field when time has passed."""
        return self.system.passing.get(name, self.system.pre[name])

    def after(self, rule: Rule, name: str) -> Value:
        """A field after a rule."""
        return self._follow.passed_value(rule.updates.get(name, self.system.mid[name]))

    def value(self, value: Value) -> list[Any]:
        """A field's value as expressions: one, or one for each member of an index."""
        if isinstance(value, Index):
            return [self.low.condition(c) for c in value.members.values()]
        return [self.low.value(value)]

    def closure(self) -> list[Any]:
        """What goes with the expressions made so far."""
        return [*self.low.definitions, *self.low.ranges.values()]


def bystander(large: System, small: System) -> str:
    """A step of ``large`` that is none of ``small``, though it names no instance beyond it.

    Both have the same calls. The facts of ``large`` hold, and every index of a field of ``small`` has a
    value that it has there. Fields of ``small`` must come out alike, and targets too.
    """
    one, other = _Side(large, "quotient"), _Side(small, "alone")
    given = [one.low.condition(fact.condition) for fact in large.facts]
    given += [one.low.condition(large.passable), *_indices_fit(one, small)]
    alone = [other.low.condition(small.passable)]
    alone += [
        a == b
        for name in small.slots
        for a, b in _paired(one, one.passed(name), other, other.passed(name))
    ]
    ways = [z3.Not(z3.And(alone))]
    for rule in large.rules:
        call = large.calls[rule.call]
        same = [_same(one, rule, other, r) for r in small.rules if small.calls[r.call] == call]
        ways.append(z3.And(one.applies(rule), z3.Not(z3.Or(same))))
    title = "A step that is none any more once a bystander is left out."
    return text(title, [*given, z3.Or(ways), *one.closure(), *other.closure()])


def _indices_fit(side: _Side, small: System) -> list[Any]:
    fit = []
    for name in small.slots:
        value = side.system.pre[name]
        if isinstance(value, Index):
            members = side.value(value)
            fit.append(
                z3.Or([side.low.condition(value.members[i]) for i in small.pre[name].members])
            )
            fit += [z3.Not(z3.And(a, b)) for i, a in enumerate(members) for b in members[:i]]
    return fit


def _paired(one: _Side, a: Value, other: _Side, b: Value) -> list[tuple[Any, Any]]:
    """The expressions of two values that have to be equal."""
    if isinstance(a, Index):
        a = Index(a.arena, {i: a.members[i] for i in b.members})
    return list(zip(one.value(a), other.value(b), strict=True))


def _same(one: _Side, rule: Rule, other: _Side, alone: Rule) -> Any:
    """That ``alone`` applies and does what ``rule`` does to the fields and targets of its system."""
    parts = [other.applies(alone)]
    for name in other.system.slots:
        if name in rule.updates or name in alone.updates:
            pairs = _paired(one, one.after(rule, name), other, other.after(alone, name))
            parts += [a == b for a, b in pairs]
    for target in sorted(rule.targets.keys() | alone.targets.keys()):
        parts.append(one.hits(rule, target) == other.hits(alone, target))
    return z3.And(parts)
