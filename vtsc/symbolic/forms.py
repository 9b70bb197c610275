"""The forms that terms take: linear forms over atoms, and conditions on them."""

from collections.abc import Iterable, Iterator
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
        """The interval that follows from those of its atoms; computed when first asked for."""
        if self._interval is None:
            lo: Bound = self.constant
            hi: Bound = self.constant
            for atom, c in self.terms:
                ends = atom.interval
                low, high = (ends.lo, ends.hi) if c >= 0 else (ends.hi, ends.lo)
                lo = None if lo is None or low is None else lo + low * c
                hi = None if hi is None or high is None else hi + high * c
            self._interval = Interval(lo, hi)
        return self._interval

    @property
    def key(self) -> tuple[tuple[tuple[int, int], ...], int]:
        """A key that two linear forms of one arena share if and only if they are equal."""
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
    """The conjunction or disjunction of at least two operands, ascending by id."""

    __slots__ = ("conjunction", "operands")

    def __init__(self, identity: int, operands: tuple[Condition, ...], conjunction: bool) -> None:
        super().__init__(identity)
        self.operands: Final = operands
        self.conjunction: Final = conjunction


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
