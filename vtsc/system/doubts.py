"""Doubts: paths on which the model fails in some states, and the proof that no such state is reachable.

Actions are explored from any state of the declared fields, and not only from reachable ones. Where one fails
in some of them, those that a machine's frame lemmas exclude do not count. The lemmas are shown here by
induction to hold of every reachable state; one that cannot be shown is not used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from vtsc.symbolic.forms import Condition, Junction, unknowns
from vtsc.symbolic.paths import Doubt
from vtsc.symbolic.terms import Substitution
from vtsc.system.step import substitution_of
from vtsc.system.system import Fact, Rule, System

Possible = Callable[[Sequence[Condition]], bool]
"""Whether conditions can hold together; may say yes when in doubt."""


@dataclass(frozen=True)
class Doubts:
    """Doubts about the state before a step, and about the one in the middle of it."""

    before: list[Doubt]
    amid: list[Doubt]

    def settle(self, system: System, known: "Invariants", possible: Possible) -> None:
        """Raise the error of the first doubt that is not ruled out by what is known."""
        if not self.before and not self.amid:
            return
        for doubts, facts in ((self.before, known.before), (self.amid, known.amid)):
            conjunction = system.arena.conjunction
            any_of_them = system.arena.disjunction(conjunction(d.conditions) for d in doubts)
            if possible((any_of_them, *facts)):
                for doubt in doubts:
                    if possible((*doubt.conditions, *facts)):
                        raise doubt.error


class Invariants:
    """The facts that hold of every reachable state of a system, shown by induction when first asked for.

    ``one_value``: facts that hold by the way indices are stored; ``frame``: facts to be shown.
    """

    def __init__(
        self, system: System, one_value: Sequence[Fact], frame: Sequence[Fact], possible: Possible
    ) -> None:
        self._system = system
        self.axioms = [fact.condition for fact in one_value]
        """The conditions that hold of every state by the way indices are stored."""
        self._frame = frame
        self.possible = possible
        self._possible = possible
        self._mid = {name: system.mid[name] for name in system.passing}
        self._to_mid = substitution_of(system, self._mid)

    @cached_property
    def before(self) -> list[Condition]:
        """The conditions that hold of the state before a step."""
        return self._inductive(self._frame)

    @cached_property
    def amid(self) -> list[Condition]:
        """The conditions that hold of the state in the middle of a step."""
        return self._midway(self.before)

    def _midway(self, conditions: Sequence[Condition]) -> list[Condition]:
        """Conditions on the state before a step, said of the one in the middle of it."""
        return [self._to_mid.condition(condition) for condition in conditions]

    def _inductive(self, facts: Sequence[Fact]) -> list[Condition]:
        """The conditions of those facts that hold of every reachable state, and the axioms."""
        kept = [fact for fact in facts if self._initially(fact)]
        while True:
            known = [*self.axioms, *(fact.condition for fact in kept)]
            still = [f for f in kept if self._by_passing(f, known) and self._by_rules(f, known)]
            if len(still) == len(kept):
                return known
            kept = still

    def _initially(self, fact: Fact) -> bool:
        initial = substitution_of(self._system, self._system.initial)
        return self._follows([self._system.initially], initial, fact)

    def _by_passing(self, fact: Fact, known: Sequence[Condition]) -> bool:
        later = substitution_of(self._system, self._system.passing)
        return self._follows([*known, self._system.passable], later, fact)

    def _by_rules(self, fact: Fact, known: Sequence[Condition]) -> bool:
        mentioned = {name.split("=")[0] for name in unknowns([fact.condition])}
        known = self._midway(known)
        return all(
            self._follows([*known, *_parts(rule)], self._after(rule), fact)
            for rule in self._system.rules
            if mentioned & rule.updates.keys()
        )

    def _after(self, rule: Rule) -> Substitution:
        """The state after a rule, in terms of the middle of the step."""
        return substitution_of(self._system, self._mid | rule.updates)

    def _follows(self, known: Sequence[Condition], then: Substitution, fact: Fact) -> bool:
        """Whether ``known`` implies that the fact holds of the state that ``then`` describes."""
        said = then.condition(fact.condition)
        if said is self._system.arena.true or any(said is condition for condition in known):
            return True
        return not self._possible((*known, self._system.arena.negation(said)))


@dataclass(frozen=True)
class Explored:
    """The result of an exploration."""

    system: System
    """The system, not simplified yet."""
    whole: System
    """The system with the rules of all calls that were explored, including those for which others stand."""
    known: Invariants
    """The facts that are known to hold of its states."""


def _parts(rule: Rule) -> tuple[Condition, ...]:
    """The conditions on a rule's path; one by one the solver has met them before."""
    condition = rule.condition
    if isinstance(condition, Junction) and condition.conjunction:
        return condition.operands
    return (condition,)
