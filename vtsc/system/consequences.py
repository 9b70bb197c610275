"""The facts after a step: the condition that each puts on the state after it, in terms of the one before.

Where `vtsc.solver.unroll` gives each state constants of its own, here the values after a step are substituted
into the facts. A fact that a rule does not touch is the same term after it, which keeps this small.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vtsc.symbolic.forms import Condition, unknowns
from vtsc.system.relation import Logic, Relation, T, direct
from vtsc.system.step import Consequences
from vtsc.system.system import Fact, System


@dataclass(frozen=True)
class Outcome:
    """A fact, its condition after a step, and after which rules; None: after those that do not touch it."""

    fact: Fact
    after: Condition
    rules: tuple[int, ...] | None


@dataclass(frozen=True)
class StepTerms:
    """A step in terms of the state before it, and the outcomes of facts."""

    relation: Relation
    outcomes: list[Outcome]


def step_of(system: System, facts: Sequence[Fact]) -> StepTerms:
    """The step of ``system`` and the outcomes of ``facts``."""
    follow = Consequences(system)
    mentioned = _mentioned(facts)
    causes: dict[tuple[str, int], tuple[Fact, Condition, list[int]]] = {}
    for number, rule in enumerate(system.rules):
        touched = {f.name: f for name in rule.updates for f in mentioned.get(name, ())}
        after = follow.rule(number)
        for fact in touched.values():
            then = after.condition(fact.condition)
            if then is not system.arena.true:
                causes.setdefault((fact.name, then.id), (fact, then, []))[2].append(number)
    outcomes = [Outcome(fact, follow.idle(fact), None) for fact in facts]
    outcomes += [Outcome(fact, then, tuple(numbers)) for fact, then, numbers in causes.values()]
    return StepTerms(direct(system), outcomes)


def _mentioned(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts by each field that they mention."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        for name in sorted({u.split("=")[0] for u in unknowns([fact.condition])}):
            found.setdefault(name, []).append(fact)
    return found


def broken(step: StepTerms, logic: Logic[T], literals: Sequence[T]) -> Iterator[tuple[Fact, T]]:
    """The ways in which a step breaks a fact, given the literals of its rules."""
    for outcome in step.outcomes:
        failed = logic.opposite(logic.condition(outcome.after))
        if outcome.rules is not None:
            failed = logic.every([failed, logic.some([literals[n] for n in outcome.rules])])
        yield outcome.fact, failed
