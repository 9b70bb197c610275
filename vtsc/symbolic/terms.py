"""Terms: the results of symbolic runs, as a hash-consed graph that is independent of any solver.

Integers are linear forms ``c0 + c1*a1 + ...`` over atoms; an atom is a variable, a floor quotient by
a constant, or an if-then-else. Conditions are comparisons of a linear form with zero, Boolean
variables, and their combinations. Both are built by an `Arena`, which simplifies as it builds: two
terms that are equal after normalisation are the same object, and a comparison that the intervals
of its atoms decide is a constant.
"""

from collections.abc import Iterable, Mapping
from math import gcd
from operator import is_
from typing import Final

from vtsc.symbolic.forms import (
    Atom,
    Bound,
    Choice,
    Comparison,
    Condition,
    Constant,
    Flag,
    Interval,
    Junction,
    Linear,
    Negation,
    Quotient,
    Variable,
)


class Arena:
    """Builds terms and owns them; the same calls in the same order give the same ids."""

    def __init__(self) -> None:
        self._atoms: dict[object, Atom] = {}
        self._conditions: dict[object, Condition] = {}
        self._opposites: dict[int, Condition] = {}
        self.true: Final = self._condition(("true",), Constant, True)
        self.false: Final = self._condition(("false",), Constant, False)

    def _condition(self, key: object, kind: type[Condition], *parts: object) -> Condition:
        found = self._conditions.get(key)
        if found is None:
            found = self._conditions[key] = kind(len(self._conditions), *parts)  # type: ignore[call-arg]
        return found

    def _atom(self, key: object, kind: type[Atom], *parts: object) -> Linear:
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = kind(len(self._atoms), *parts)  # type: ignore[arg-type]
        return Linear(((found, 1),), 0)

    def variable(self, name: str, lo: Bound, hi: Bound, residue: bool = False) -> Linear:
        """The integer unknown of that name and range; each is made once."""
        return self._atom(("v", name, lo, hi), Variable, Interval(lo, hi), name, residue)

    def flag(self, name: str) -> Condition:
        """The Boolean unknown of that name."""
        return self._condition(("f", name), Flag, name)

    def constant(self, value: bool) -> Condition:
        """The condition that is always, or never, true."""
        return self.true if value else self.false

    def quotient(self, form: Linear, divisor: int) -> Linear:
        """``floor(form / divisor)``, divisor > 0; exact parts are divided out first."""
        if divisor == 1:
            return form
        exact = tuple((a, c // divisor) for a, c in form.terms if c % divisor == 0)
        rest = tuple((a, c) for a, c in form.terms if c % divisor != 0)
        whole, remainder = divmod(form.constant, divisor)
        shared = gcd(divisor, *(c for _, c in rest))
        rest = tuple((a, c // shared) for a, c in rest)
        numerator = Linear(rest, remainder // shared)
        divisor //= shared
        outside = Linear(exact, whole)
        if not rest or divisor == 1:
            return outside.plus(numerator) if divisor == 1 else outside
        span = numerator.interval // divisor
        if span.lo is not None and span.lo == span.hi:
            return Linear(exact, whole + span.lo)
        return outside.plus(self._atom(("q", numerator.key, divisor), Quotient, numerator, divisor))

    def at_most_zero(self, form: Linear) -> Condition:
        """``form <= 0``."""
        lo, hi = form.interval.lo, form.interval.hi
        if hi is not None and hi <= 0:
            return self.true
        if lo is not None and lo > 0:
            return self.false
        shared = gcd(*(c for _, c in form.terms))
        if shared > 1:
            terms = tuple((a, c // shared) for a, c in form.terms)
            form = Linear(terms, -((-form.constant) // shared))
        return self._condition(("<=", form.key), Comparison, form, False)

    def is_zero(self, form: Linear) -> Condition:
        """``form == 0``."""
        if not form.terms:
            return self.constant(form.constant == 0)
        lo, hi = form.interval.lo, form.interval.hi
        shared = gcd(*(c for _, c in form.terms))
        if (lo is not None and lo > 0) or (hi is not None and hi < 0) or form.constant % shared:
            return self.false
        sign = 1 if form.terms[0][1] > 0 else -1
        terms = tuple((a, sign * c // shared) for a, c in form.terms)
        form = Linear(terms, sign * form.constant // shared)
        return self._condition(("==", form.key), Comparison, form, True)

    def negation(self, a: Condition) -> Condition:
        """The opposite of ``a``; the opposite of an inequality is an inequality."""
        found = self._opposites.get(a.id)
        if found is None:
            found = self._opposites[a.id] = self._opposite(a)
        return found

    def _opposite(self, a: Condition) -> Condition:
        if isinstance(a, Constant):
            return self.constant(not a.value)
        if isinstance(a, Negation):
            return a.operand
        if isinstance(a, Comparison) and not a.equation:
            return self.at_most_zero(Linear((), 1).plus(a.form, -1))
        return self._condition(("not", a.id), Negation, a)

    def conjunction(self, parts: Iterable[Condition]) -> Condition:
        """The condition that all of ``parts`` hold."""
        return self._junction(parts, conjunction=True)

    def disjunction(self, parts: Iterable[Condition]) -> Condition:
        """The condition that at least one of ``parts`` holds."""
        return self._junction(parts, conjunction=False)

    def _junction(self, parts: Iterable[Condition], conjunction: bool) -> Condition:
        found: dict[int, Condition] = {}
        for part in parts:
            same = isinstance(part, Junction) and part.conjunction == conjunction
            for p in part.operands if same and isinstance(part, Junction) else (part,):
                if isinstance(p, Constant):
                    if p.value != conjunction:
                        return p
                    continue
                found[p.id] = p
        if any(self.negation(p).id in found for p in found.values()):
            return self.constant(not conjunction)
        operands = tuple(found[i] for i in sorted(found))
        if len(operands) < 2:
            return operands[0] if operands else self.constant(conjunction)
        key = ("and" if conjunction else "or", *(p.id for p in operands))
        return self._condition(key, Junction, operands, conjunction)

    def branch(self, test: Condition, then: Condition, otherwise: Condition) -> Condition:
        """``then`` where ``test`` holds, else ``otherwise``."""
        if isinstance(test, Constant):
            return then if test.value else otherwise
        if then is otherwise:
            return then
        yes = self.conjunction((test, then))
        no = self.conjunction((self.negation(test), otherwise))
        if isinstance(then, Constant) and then.value:
            return self.disjunction((test, otherwise))
        if isinstance(otherwise, Constant) and otherwise.value:
            return self.disjunction((self.negation(test), then))
        return self.disjunction((yes, no))

    def choice(self, test: Condition, then: Linear, otherwise: Linear) -> Linear:
        """The linear form that is ``then`` where ``test`` holds, else ``otherwise``."""
        if isinstance(test, Constant):
            return then if test.value else otherwise
        if then.key == otherwise.key:
            return then
        return self._atom(("ite", test.id, then.key, otherwise.key), Choice, test, then, otherwise)


class Substitution:
    """Replaces variables by linear forms and flags by conditions, simplifying as it goes."""

    def __init__(
        self,
        arena: Arena,
        words: Mapping[str, Linear],
        flags: Mapping[str, Condition],
    ) -> None:
        self._arena = arena
        self._words = words
        self._flags = flags
        self._atoms: dict[int, Linear] = {}
        self._conditions: dict[int, Condition] = {}

    def linear(self, form: Linear) -> Linear:
        """``form`` with the replacements made; itself where there are none."""
        if not any(self._moves(atom) for atom, _ in form.terms):
            return form
        result = Linear((), form.constant)
        for atom, c in form.terms:
            result = result.plus(self._atom(atom), c)
        return result

    def _moves(self, atom: Atom) -> bool:
        """Whether an atom is replaced by anything but itself."""
        form = self._atom(atom)
        return len(form.terms) != 1 or form.terms[0] != (atom, 1) or form.constant != 0

    def _atom(self, atom: Atom) -> Linear:
        found = self._atoms.get(atom.id)
        if found is None:
            found = self._atoms[atom.id] = self._replace(atom)
        return found

    def _replace(self, atom: Atom) -> Linear:
        if isinstance(atom, Variable):
            return self._words.get(atom.name) or Linear(((atom, 1),), 0)
        if isinstance(atom, Quotient):
            return self._arena.quotient(self.linear(atom.numerator), atom.divisor)
        assert isinstance(atom, Choice)
        return self._arena.choice(
            self.condition(atom.condition), self.linear(atom.then), self.linear(atom.otherwise)
        )

    def condition(self, condition: Condition) -> Condition:
        """``condition`` with the replacements made."""
        found = self._conditions.get(condition.id)
        if found is None:
            found = self._conditions[condition.id] = self._rebuild(condition)
        return found

    def _rebuild(self, c: Condition) -> Condition:
        arena = self._arena
        if isinstance(c, Flag):
            return self._flags.get(c.name) or c
        if isinstance(c, Negation):
            return arena.negation(self.condition(c.operand))
        if isinstance(c, Comparison):
            form = self.linear(c.form)
            if form is c.form:
                return c
            return arena.is_zero(form) if c.equation else arena.at_most_zero(form)
        if isinstance(c, Junction):
            operands = [self.condition(o) for o in c.operands]
            if all(map(is_, operands, c.operands)):
                return c
            return arena._junction(operands, c.conjunction)
        return c
