"""Terms: what a symbolic run computes, as a hash-consed graph that no solver knows of.

Integers are linear forms ``c0 + c1*a1 + ...`` over atoms; an atom is a variable, a floor quotient by
a constant, or an if-then-else. Conditions are comparisons of a linear form with zero, Boolean
variables, and their combinations. Both are built by an `Arena`, which simplifies as it builds: two
terms that are equal after normalisation are the same object, and a comparison that the intervals
of its atoms decide is a constant.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import gcd
from operator import is_
from typing import Final

Bound = int | None
"""An end of an interval; None is infinite."""


def _add(a: Bound, b: Bound) -> Bound:
    return None if a is None or b is None else a + b


class Interval:
    """A closed interval of integers with possibly infinite ends."""

    __slots__ = ("hi", "lo")

    def __init__(self, lo: Bound, hi: Bound) -> None:
        self.lo: Final = lo
        self.hi: Final = hi

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(_add(self.lo, other.lo), _add(self.hi, other.hi))

    def __mul__(self, c: int) -> "Interval":
        lo = None if self.lo is None else self.lo * c
        hi = None if self.hi is None else self.hi * c
        return Interval(lo, hi) if c >= 0 else Interval(hi, lo)

    def __floordiv__(self, k: int) -> "Interval":
        lo = None if self.lo is None else self.lo // k
        return Interval(lo, None if self.hi is None else self.hi // k)

    def __and__(self, other: "Interval") -> "Interval":
        los = [x for x in (self.lo, other.lo) if x is not None]
        his = [x for x in (self.hi, other.hi) if x is not None]
        return Interval(max(los, default=None), min(his, default=None))

    def __or__(self, other: "Interval") -> "Interval":
        lo = None if self.lo is None or other.lo is None else min(self.lo, other.lo)
        hi = None if self.hi is None or other.hi is None else max(self.hi, other.hi)
        return Interval(lo, hi)

    def within(self, lo: int, hi: int) -> bool:
        """Whether every member lies in [lo, hi]."""
        return self.lo is not None and self.hi is not None and lo <= self.lo and self.hi <= hi

    def __repr__(self) -> str:
        return f"[{self.lo}, {self.hi}]"


class Atom:
    """An indivisible integer; ``id`` orders atoms by creation and is stable for equal runs."""

    __slots__ = ("id", "interval")

    def __init__(self, identity: int, interval: Interval) -> None:
        self.id: Final = identity
        self.interval: Final = interval


class Variable(Atom):
    """An integer unknown. ``residue``: only its value mod 2^64 has a meaning."""

    __slots__ = ("name", "residue")

    def __init__(self, identity: int, interval: Interval, name: str, residue: bool) -> None:
        super().__init__(identity, interval)
        self.name: Final = name
        self.residue: Final = residue


class Quotient(Atom):
    """``floor(numerator / divisor)``, divisor > 1."""

    __slots__ = ("divisor", "numerator")

    def __init__(self, identity: int, numerator: "Linear", divisor: int) -> None:
        super().__init__(identity, numerator.interval // divisor)
        self.numerator: Final = numerator
        self.divisor: Final = divisor


class Choice(Atom):
    """``then`` where ``condition`` holds, else ``otherwise``."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, identity: int, condition: "Condition", then: "Linear", otherwise: "Linear"):
        super().__init__(identity, then.interval | otherwise.interval)
        self.condition: Final = condition
        self.then: Final = then
        self.otherwise: Final = otherwise


class Linear:
    """``constant + sum(c * atom)``, atoms ascending by id, no zero coefficient."""

    __slots__ = ("_interval", "constant", "terms")

    def __init__(self, terms: tuple[tuple[Atom, int], ...], constant: int) -> None:
        self.terms: Final = terms
        self.constant: Final = constant
        self._interval: Interval | None = None

    @property
    def interval(self) -> Interval:
        """What its atoms' intervals leave it; worked out when first asked for."""
        if self._interval is None:
            interval = Interval(self.constant, self.constant)
            for atom, c in self.terms:
                interval = interval + atom.interval * c
            self._interval = interval
        return self._interval

    @property
    def key(self) -> tuple[tuple[tuple[int, int], ...], int]:
        """What makes two linear forms of one arena equal."""
        return tuple((a.id, c) for a, c in self.terms), self.constant

    def plus(self, other: "Linear", factor: int = 1) -> "Linear":
        """``self + factor * other``."""
        if not other.terms:
            return Linear(self.terms, self.constant + factor * other.constant)
        merged = {a.id: (a, c) for a, c in self.terms}
        for a, c in other.terms:
            merged[a.id] = (a, merged.get(a.id, (a, 0))[1] + factor * c)
        terms = tuple(merged[i] for i in sorted(merged) if merged[i][1] != 0)
        return Linear(terms, self.constant + factor * other.constant)

    def times(self, factor: int) -> "Linear":
        """``factor * self``."""
        if factor == 0:
            return Linear((), 0)
        return Linear(tuple((a, c * factor) for a, c in self.terms), self.constant * factor)


class Condition:
    """A truth value; see the subclasses. ``id`` is unique in its arena."""

    __slots__ = ("id",)

    def __init__(self, identity: int) -> None:
        self.id: Final = identity


class Constant(Condition):
    """True or false."""

    __slots__ = ("value",)

    def __init__(self, identity: int, value: bool) -> None:
        super().__init__(identity)
        self.value: Final = value


class Flag(Condition):
    """A Boolean unknown."""

    __slots__ = ("name",)

    def __init__(self, identity: int, name: str) -> None:
        super().__init__(identity)
        self.name: Final = name


class Negation(Condition):
    """The opposite of a flag, an equation or a combination."""

    __slots__ = ("operand",)

    def __init__(self, identity: int, operand: Condition) -> None:
        super().__init__(identity)
        self.operand: Final = operand


class Comparison(Condition):
    """``form <= 0``, or ``form == 0`` where ``equation``."""

    __slots__ = ("equation", "form")

    def __init__(self, identity: int, form: Linear, equation: bool) -> None:
        super().__init__(identity)
        self.form: Final = form
        self.equation: Final = equation


class Junction(Condition):
    """All (``conjunction``) or any of the operands; at least two, ascending by id."""

    __slots__ = ("conjunction", "operands")

    def __init__(self, identity: int, operands: tuple[Condition, ...], conjunction: bool) -> None:
        super().__init__(identity)
        self.operands: Final = operands
        self.conjunction: Final = conjunction


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
        """All of ``parts``."""
        return self._junction(parts, conjunction=True)

    def disjunction(self, parts: Iterable[Condition]) -> Condition:
        """Any of ``parts``."""
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


def walk(parts: Iterable[Linear | Condition]) -> Iterator[Atom | Condition]:
    """Every atom and condition that the terms contain, each once."""
    seen: set[tuple[bool, int]] = set()
    stack: list[Linear | Condition] = list(parts)
    while stack:
        part = stack.pop()
        if isinstance(part, Linear):
            for atom, _ in part.terms:
                if (True, atom.id) not in seen:
                    seen.add((True, atom.id))
                    yield atom
                    if isinstance(atom, Quotient):
                        stack.append(atom.numerator)
                    elif isinstance(atom, Choice):
                        stack += (atom.condition, atom.then, atom.otherwise)
        elif (False, part.id) not in seen:
            seen.add((False, part.id))
            yield part
            if isinstance(part, Negation):
                stack.append(part.operand)
            elif isinstance(part, Comparison):
                stack.append(part.form)
            elif isinstance(part, Junction):
                stack += part.operands


def unknowns(parts: Iterable[Linear | Condition]) -> set[str]:
    """The names of all variables and flags that the terms mention."""
    return {x.name for x in walk(parts) if isinstance(x, (Variable, Flag))}


def quotients(parts: Iterable[Linear | Condition], divisor: int) -> dict[int, Quotient]:
    """The quotients by ``divisor`` that the terms mention, by id, ascending."""
    found = (x for x in walk(parts) if isinstance(x, Quotient) and x.divisor == divisor)
    return {q.id: q for q in sorted(found, key=lambda q: q.id)}
