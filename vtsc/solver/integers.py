"""Arithmetic 1: terms as Z3 integers (QF_LIA). A u64 is any integer with the right residue."""

from collections.abc import Callable
from typing import Any

import z3

from vtsc.language.words import MODULUS
from vtsc.solver.expressions import (
    at_most,
    below,
    every,
    opposite,
    product,
    same,
    some,
    total,
)
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
    ``definitions`` collects the constraints that say what the quotients are.
    """

    name = "int"
    logic = "QF_LIA"

    def __init__(self, unknown: Unknown) -> None:
        self.unknown = unknown
        self.definitions: list[Any] = []
        self.ranges: dict[str, Any] = {}
        self._atoms: dict[int, Any] = {}
        self._conditions: dict[int, Any] = {}

    # integers

    def sort(self, residue: bool) -> Any:
        """The sort of a variable."""
        return z3.IntSort()

    @staticmethod
    def number(value: int) -> Any:
        """A number as a literal of that sort."""
        return z3.IntVal(value)

    def linear(self, form: Linear) -> Any:
        """A linear form as a Z3 expression."""
        summands = [self._atom(a) if c == 1 else self._times(c, a) for a, c in form.terms]
        if form.constant or not summands:
            summands.append(self.number(form.constant))
        return summands[0] if len(summands) == 1 else total(summands)

    def _times(self, factor: int, atom: Any) -> Any:
        return product(self.number(factor), self._atom(atom))

    def value(self, value: Word | Truth) -> Any:
        """A word or a truth as a Z3 expression."""
        if isinstance(value, Word):
            return self.linear(value.form)
        return self.condition(value.condition)

    def equal(self, unknown: Any, word: Word) -> Any:
        """The equation of a state variable with ``word``."""
        return same(unknown, self.linear(word.form))

    def _atom(self, atom: Any) -> Any:
        found = self._atoms.get(atom.id)
        if found is None:
            found = self._atoms[atom.id] = self._lower(atom)
        return found

    def _lower(self, atom: Any) -> Any:
        if isinstance(atom, Variable):
            x = self.unknown(atom.name, self.sort(atom.residue))
            if not atom.residue:
                lo, hi = atom.interval.lo, atom.interval.hi
                self.ranges[atom.name] = z3.And(lo <= x, x <= hi)
            return x
        if isinstance(atom, Quotient):
            q = self.unknown(quotient(atom.id), self.sort(residue=False))
            self.definitions.append(self.defined(q, self.linear(atom.numerator), atom.divisor))
            return q
        assert isinstance(atom, Choice)
        return z3.If(
            self.condition(atom.condition), self.linear(atom.then), self.linear(atom.otherwise)
        )

    def defined(self, q: Any, numerator: Any, divisor: int) -> Any:
        """The condition that ``q`` is the floor of ``numerator / divisor``."""
        return self._floor(q, numerator, divisor)

    def _floor(self, q: Any, numerator: Any, divisor: int) -> Any:
        low = product(self.number(divisor), q)
        high = total([low, self.number(divisor)])
        return every([at_most(low, numerator), below(numerator, high)])

    def _compare(self, c: Comparison) -> Any:
        left = [(a, k) for a, k in c.form.terms if k > 0]
        right = [(a, -k) for a, k in c.form.terms if k < 0]
        sides = Linear(tuple(left), 0), Linear(tuple(right), -c.form.constant)
        a, b = self.linear(sides[0]), self.linear(sides[1])
        return same(a, b) if c.equation else at_most(a, b)

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
            return opposite(self.condition(c.operand))
        if isinstance(c, Comparison):
            return self._compare(c)
        assert isinstance(c, Junction)
        operands = [self.condition(o) for o in c.operands]
        return every(operands) if c.conjunction else some(operands)

    @staticmethod
    def at_most(unknown: Any, limit: int) -> Any:
        """The condition that a variable's value is at most ``limit``."""
        return unknown <= limit


class GuardedLowering(Lowering):
    """The lowering for search: a quotient by 2^64 is defined by cases, the usual ones first.

    A counter hardly ever wraps, and never twice in a step. The cases 0, -1 and 1 need no multiplication, so
    the solver meets the exact definition only where a counter is further off. The definitions are equivalent.
    """

    def defined(self, q: Any, numerator: Any, divisor: int) -> Any:
        floor = self._floor(q, numerator, divisor)
        if divisor != MODULUS:
            return floor
        less, zero, m, twice = map(self.number, (-MODULUS, 0, MODULUS, 2 * MODULUS))
        cases = [(zero, m, zero), (less, zero, self.number(-1)), (m, twice, self.number(1))]
        near = [
            every([at_most(lo, numerator), below(numerator, hi), same(q, value)])
            for lo, hi, value in cases
        ]
        far = some([below(numerator, less), at_most(twice, numerator)])
        return some([*near, every([far, floor])])


class RationalLowering(GuardedLowering):
    """A relaxation, for proposals: every solution in integers is one here, and words need not be whole.

    Solving it is far cheaper. The floor of n / d lies between (n - d + 1) / d and n / d; nothing more is
    said of it, but for the usual cases of a quotient by 2^64.
    """

    name = "rational"
    logic = "QF_LRA"

    def sort(self, residue: bool) -> Any:
        return z3.RealSort()

    @staticmethod
    def number(value: int) -> Any:
        return z3.RealVal(value)

    def _floor(self, q: Any, numerator: Any, divisor: int) -> Any:
        low = product(self.number(divisor), q)
        high = total([low, self.number(divisor - 1)])
        return every([at_most(low, numerator), at_most(numerator, high)])
