"""One step in terms of the state before it and the inputs alone, as induction asks about it.

Where `vtsc.solver.unroll` gives each state constants of its own, here the values after a step are substituted
into the facts. A fact that a rule does not touch is the same term after it, which keeps this small.
"""

from collections.abc import Mapping

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.names import MID, member
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Index, Truth, Word
from vtsc.system.simplify import replace
from vtsc.system.system import Fact, System


def substitution_of(system: System, values: Mapping[str, Value], suffix: str = "") -> Substitution:
    """The substitution of ``values`` for the unknowns of those fields."""
    return Substitution(system.arena, *replacements(values, suffix))


def replacements(
    values: Mapping[str, Value], suffix: str = ""
) -> tuple[dict[str, Linear], dict[str, Condition]]:
    """The forms and the conditions that stand for the unknowns of fields with these values."""
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
            flags |= {member(own, i): c for i, c in value.members.items()}
    return words, flags


class Consequences:
    """Facts and values after a rule, or initially, in terms of the state before it."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._passed = substitution_of(system, system.passing, MID)
        self._initial = substitution_of(system, system.initial)
        self._idle = substitution_of(system, system.passing)

    def initially(self, fact: Fact) -> Condition:
        """The condition that the fact puts on an initial state."""
        return self._initial.condition(fact.condition)

    def idle(self, fact: Fact) -> Condition:
        """The condition that the fact puts on the state when time has passed."""
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
