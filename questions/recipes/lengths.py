"""What terms over delays are when the delays have given lengths."""

from collections.abc import Mapping

from vtsc.symbolic.forms import (
    Atom,
    Choice,
    Comparison,
    Condition,
    Constant,
    Junction,
    Linear,
    Negation,
    Quotient,
    Variable,
)


class Lengths:
    """Given lengths of delays, in ns by name."""

    def __init__(self, values: Mapping[str, int]) -> None:
        self._values = values
        self._conditions: dict[int, bool] = {}
        self._atoms: dict[int, int] = {}

    def allow(self, condition: Condition) -> bool:
        """Whether a condition holds, which is one without flags."""
        found = self._conditions.get(condition.id)
        if found is None:
            found = self._conditions[condition.id] = self._decided(condition)
        return found

    def _decided(self, condition: Condition) -> bool:
        if isinstance(condition, Constant):
            return condition.value
        if isinstance(condition, Negation):
            return not self.allow(condition.operand)
        if isinstance(condition, Junction):
            found = map(self.allow, condition.operands)
            return all(found) if condition.conjunction else any(found)
        assert isinstance(condition, Comparison)
        number = self.total(condition.form)
        return number == 0 if condition.equation else number <= 0

    def total(self, form: Linear) -> int:
        """The value of a form."""
        return form.constant + sum(factor * self._value(atom) for atom, factor in form.terms)

    def _value(self, atom: Atom) -> int:
        found = self._atoms.get(atom.id)
        if found is None:
            found = self._atoms[atom.id] = self._computed(atom)
        return found

    def _computed(self, atom: Atom) -> int:
        if isinstance(atom, Variable):
            return self._values[atom.name]
        if isinstance(atom, Quotient):
            return self.total(atom.numerator) // atom.divisor
        assert isinstance(atom, Choice)
        return self.total(atom.then if self.allow(atom.condition) else atom.otherwise)

    def slack(self, bound: Condition) -> int:
        """How far the delays are from a bound that they keep; a bound that is far away says less."""
        assert isinstance(bound, Comparison)
        return -self.total(bound.form)
