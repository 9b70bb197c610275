"""Arithmetic 1: terms as Z3 integers (QF_LIA). A u64 is any integer with the right residue."""

from collections.abc import Callable, Collection
from typing import Any

import z3

from vtsc.language.words import MODULUS
from vtsc.symbolic.forms import (
    Choice,
    Comparison,
    Condition,
    Constant,
    Flag,
    Junction,
    Linear,
    Negation,
    Quotient,
    Variable,
)
from vtsc.symbolic.names import quotient
from vtsc.symbolic.values import Truth, Word

Unknown = Callable[[str, Any], Any]
"""Gives the Z3 expression for a name and a sort."""


class Lowering:
    """Turns terms into Z3 expressions; what both solver arithmetics share is here.

    ``unknown`` supplies the expression for each variable, flag and quotient by name.
    ``definitions`` collects the constraints that say what the quotients are; those whose ids
    are in ``plain`` are taken to be 0, which somebody else has to prove.
    """

    name = "int"
    logic = "QF_LIA"
    wraps = True
    """Whether a search has to find out which quotients by 2^64 are not 0."""

    def __init__(self, unknown: Unknown, plain: Collection[int] = ()) -> None:
        self.unknown = unknown
        self._plain = plain
        self.definitions: list[Any] = []
        self.ranges: dict[str, Any] = {}
        self._atoms: dict[int, Any] = {}
        self._conditions: dict[int, Any] = {}

    # integers

    def sort(self, residue: bool) -> Any:
        """The sort of a variable."""
        return z3.IntSort()

    def linear(self, form: Linear) -> Any:
        """A linear form as a Z3 expression."""
        summands = [self._atom(a) if c == 1 else c * self._atom(a) for a, c in form.terms]
        if form.constant or not summands:
            summands.append(z3.IntVal(form.constant))
        return summands[0] if len(summands) == 1 else z3.Sum(summands)

    def value(self, value: Word | Truth) -> Any:
        """A word or a truth as a Z3 expression."""
        if isinstance(value, Word):
            return self.linear(value.form)
        return self.condition(value.condition)

    def equal(self, unknown: Any, word: Word) -> Any:
        """The equation of a state variable with ``word``."""
        return unknown == self.linear(word.form)

    def _atom(self, atom: Any) -> Any:
        found = self._atoms.get(atom.id)
        if found is None:
            found = self._atoms[atom.id] = self._lower(atom)
        return found

    def _lower(self, atom: Any) -> Any:
        if isinstance(atom, Variable):
            x = self.unknown(atom.name, self.sort(atom.residue))
            if not atom.residue:
                self.ranges[atom.name] = z3.And(atom.interval.lo <= x, x <= atom.interval.hi)
            return x
        if isinstance(atom, Quotient):
            if atom.id in self._plain:
                return z3.IntVal(0)
            q = self.unknown(quotient(atom.id), z3.IntSort())
            self.definitions.append(self.defined(q, self.linear(atom.numerator), atom.divisor))
            return q
        assert isinstance(atom, Choice)
        return z3.If(
            self.condition(atom.condition), self.linear(atom.then), self.linear(atom.otherwise)
        )

    def defined(self, q: Any, numerator: Any, divisor: int) -> Any:
        """The condition that ``q`` is the floor of ``numerator / divisor``."""
        low = divisor * q
        return z3.And(low <= numerator, numerator < low + divisor)

    def _compare(self, c: Comparison) -> Any:
        left = [(a, k) for a, k in c.form.terms if k > 0]
        right = [(a, -k) for a, k in c.form.terms if k < 0]
        sides = Linear(tuple(left), 0), Linear(tuple(right), -c.form.constant)
        a, b = self.linear(sides[0]), self.linear(sides[1])
        return a == b if c.equation else a <= b

    # conditions

    def condition(self, condition: Condition) -> Any:
        """A condition as a Z3 expression."""
        found = self._conditions.get(condition.id)
        if found is None:
            found = self._conditions[condition.id] = self._lower_condition(condition)
        return found

    def _lower_condition(self, c: Condition) -> Any:
        if isinstance(c, Constant):
            return z3.BoolVal(c.value)
        if isinstance(c, Flag):
            return self.unknown(c.name, z3.BoolSort())
        if isinstance(c, Negation):
            return z3.Not(self.condition(c.operand))
        if isinstance(c, Comparison):
            return self._compare(c)
        assert isinstance(c, Junction)
        operands = [self.condition(o) for o in c.operands]
        return z3.And(operands) if c.conjunction else z3.Or(operands)

    @staticmethod
    def at_most(unknown: Any, limit: int) -> Any:
        """The condition that a variable's value is at most ``limit``."""
        return unknown <= limit


class GuardedLowering(Lowering):
    """The same, for search: a quotient by 2^64 is told by cases, of which the first few are the usual ones.

    A counter hardly ever wraps, and never twice in a step. The cases 0, -1 and 1 need no multiplication, so
    the solver meets the exact definition only where a counter is further off. Both say the same.
    """

    wraps = False

    def defined(self, q: Any, numerator: Any, divisor: int) -> Any:
        exact = super().defined(q, numerator, divisor)
        if divisor != MODULUS:
            return exact
        m = MODULUS
        far = z3.Or(numerator < -m, numerator >= 2 * m)
        return z3.Or(
            z3.And(numerator >= 0, numerator < m, q == 0),
            z3.And(-m <= numerator, numerator < 0, q == -1),
            z3.And(m <= numerator, numerator < 2 * m, q == 1),
            z3.And(far, exact),
        )
