"""One step in terms of the state before it and the inputs alone: what induction asks about.

Where `vtsc.solver.unroll` gives each state constants of its own, here the values after a step are substituted
into the facts. A fact that a rule does not touch is the same term after it, which keeps this small.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Linear, unknowns
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.names import MID
from vtsc.system.simplify import replace
from vtsc.system.system import Fact, System


def substitution_of(system: System, values: Mapping[str, Value], suffix: str = "") -> Substitution:
    """The substitution of ``values`` for the unknowns of those fields."""
    words: dict[str, Linear] = {}
    flags: dict[str, Condition] = {}
    for name, value in values.items():
        own = name + suffix
        if isinstance(value, Word):
            words[own] = value.form
        elif isinstance(value, Truth):
            flags[own] = value.condition
        else:
            assert isinstance(value, Index)
            flags |= {f"{own}={i}": c for i, c in value.members.items()}
    return Substitution(system.arena, words, flags)


@dataclass(frozen=True)
class StepTerms:
    """A step: when each rule applies, what each fact becomes, and what hits the targets."""

    passable: Condition
    rules: list[Condition]
    outcomes: list[tuple[Fact, Condition, tuple[int, ...] | None]]
    """A fact, what it says after a step, and by which rules; None: whatever rule does not touch it."""
    hits: dict[str, list[tuple[int, Condition]]]
    """For each target the rules that may hit it, with the condition under which they do."""


class Consequences:
    """What becomes of facts, initially and by each rule."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._passed = substitution_of(system, system.passing, MID)
        self._initial = substitution_of(system, system.initial)
        self._idle = substitution_of(system, system.passing)

    def initially(self, fact: Fact) -> Condition:
        """What the fact says of an initial state."""
        return self._initial.condition(fact.condition)

    def idle(self, fact: Fact) -> Condition:
        """What the fact says when time has passed."""
        return self._idle.condition(fact.condition)

    def passed(self, condition: Condition) -> Condition:
        """A condition on the middle of a step, in terms of its start."""
        return self._passed.condition(condition)

    def passed_value(self, value: Value) -> Value:
        """A field's value in the middle of a step, in terms of its start."""
        return replace(self._passed, value)

    def rule(self, number: int) -> Substitution:
        """The state after rule ``number`` in terms of the one before the step."""
        updates = self.system.rules[number].updates
        after = dict(self.system.passing)
        after |= {name: replace(self._passed, value) for name, value in updates.items()}
        return substitution_of(self.system, after)


def _mentioned(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts by each field that they mention."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        for name in sorted({u.split("=")[0] for u in unknowns([fact.condition])}):
            found.setdefault(name, []).append(fact)
    return found


def step_of(system: System, facts: Sequence[Fact]) -> StepTerms:
    """The step of ``system`` and what it does to ``facts``."""
    follow = Consequences(system)
    mentioned = _mentioned(facts)
    causes: dict[tuple[str, int], tuple[Fact, Condition, list[int]]] = {}
    hits: dict[str, list[tuple[int, Condition]]] = {name: [] for name in system.targets}
    conditions = []
    for number, rule in enumerate(system.rules):
        conditions.append(follow.passed(rule.condition))
        touched = {f.name: f for name in rule.updates for f in mentioned.get(name, ())}
        after = follow.rule(number)
        for fact in touched.values():
            then = after.condition(fact.condition)
            if then is not system.arena.true:
                causes.setdefault((fact.name, then.id), (fact, then, []))[2].append(number)
        for target, hit in rule.targets.items():
            hits[target].append((number, follow.passed(hit)))
    outcomes: list[tuple[Fact, Condition, tuple[int, ...] | None]] = [
        (fact, follow.idle(fact), None) for fact in facts
    ]
    outcomes += [(fact, then, tuple(numbers)) for fact, then, numbers in causes.values()]
    return StepTerms(follow.passed(system.passable), conditions, outcomes, hits)
