"""Symbolic words, truths and indices: what the model's plain Python computes with when it is explored.

They look like ``int`` and ``bool`` to the model. Asking for the truth of a symbolic condition
(``if``, ``and``, ``or``, ``not``) forks the path that is being explored (see `vtsc.symbolic.paths`);
everything that would need one concrete value raises `TypeError`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn, TypeVar

from vtsc.language.state import Value
from vtsc.language.words import MASK, MODULUS, SIGN, Decider, NoSuchItem, Runs
from vtsc.symbolic.forms import Condition, Constant, Interval, Linear
from vtsc.symbolic.terms import Arena

T = TypeVar("T")


def _run() -> Decider:
    if Runs.current is None:
        raise TypeError("a symbolic condition has no truth value outside a symbolic run")
    return Runs.current


class _Symbolic:
    """What no symbolic value can do."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"a symbolic {type(self).__name__.lower()} has no concrete value")

    __int__ = __index__ = __float__ = __iter__ = __len__ = __format__ = _refuse


class Truth(_Symbolic):
    """A symbolic condition. ``bool()`` forks; ``&``, ``|``, ``~`` do not."""

    __slots__ = ("arena", "condition")

    def __init__(self, arena: Arena, condition: Condition) -> None:
        self.arena = arena
        self.condition = condition

    def __bool__(self) -> bool:
        if isinstance(self.condition, Constant):
            return self.condition.value
        return _run().decide(self.condition)

    def require(self) -> None:
        """Continue the run only where this holds."""
        _run().require(self.condition)

    def _lift(self, other: object) -> Condition:
        if isinstance(other, Truth):
            return other.condition
        if isinstance(other, bool):
            return self.arena.constant(other)
        raise TypeError(f"not a truth value: {other!r}")

    def __and__(self, other: object) -> "Truth":
        return Truth(self.arena, self.arena.conjunction((self.condition, self._lift(other))))

    def __or__(self, other: object) -> "Truth":
        return Truth(self.arena, self.arena.disjunction((self.condition, self._lift(other))))

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> "Truth":
        return Truth(self.arena, self.arena.negation(self.condition))

    def __eq__(self, other: object) -> "Truth":  # type: ignore[override]
        theirs = self._lift(other)
        arena = self.arena
        return Truth(arena, arena.branch(self.condition, theirs, arena.negation(theirs)))

    def __ne__(self, other: object) -> "Truth":  # type: ignore[override]
        return ~(self == other)


class Word(_Symbolic):
    """A symbolic integer: a linear form with what is known of its range.

    ``residue`` says that only the value mod 2^64 has a meaning. Comparing, dividing or shifting
    a residue raises `TypeError`: say ``u64(x)`` or ``s64(x)`` first.
    """

    __slots__ = ("arena", "form", "interval", "residue")

    def __init__(
        self, arena: Arena, form: Linear, residue: bool = False, interval: Interval | None = None
    ) -> None:
        self.arena = arena
        self.form = form
        self.residue = residue
        self.interval = form.interval if interval is None else form.interval & interval

    def _lift(self, other: object) -> "Word":
        if isinstance(other, Word):
            return other
        if isinstance(other, int) and not isinstance(other, bool):
            return Word(self.arena, Linear((), other))
        raise TypeError(f"not a word: {other!r}")

    def _combine(self, other: object, factor: int) -> "Word":
        theirs = self._lift(other)
        return Word(
            self.arena,
            self.form.plus(theirs.form, factor),
            self.residue or theirs.residue,
            self.interval + theirs.interval * factor,
        )

    def __add__(self, other: object) -> "Word":
        return self._combine(other, 1)

    __radd__ = __add__

    def __sub__(self, other: object) -> "Word":
        return self._combine(other, -1)

    def __rsub__(self, other: object) -> "Word":
        return self._lift(other)._combine(self, -1)

    def __neg__(self) -> "Word":
        return self * -1

    def __mul__(self, factor: object) -> "Word":
        if not isinstance(factor, int):
            raise TypeError("a word is multiplied by constants only")
        return Word(self.arena, self.form.times(factor), self.residue, self.interval * factor)

    __rmul__ = __mul__

    def __lshift__(self, places: int) -> "Word":
        return self * (1 << places)

    def __floordiv__(self, divisor: int) -> "Word":
        self._exact("divided")
        if not isinstance(divisor, int) or divisor < 1:
            raise TypeError("a word is divided by positive constants only")
        return Word(
            self.arena, self.arena.quotient(self.form, divisor), interval=self.interval // divisor
        )

    def __rshift__(self, places: int) -> "Word":
        return self // (1 << places)

    def _exact(self, what: str) -> None:
        if self.residue:
            raise TypeError(f"a 64-bit residue is {what}: say u64(x) or s64(x) first")

    def u64(self) -> "Word":
        """The representative in [0, 2^64)."""
        return self._representative(0, MASK)

    def s64(self) -> "Word":
        """The representative in [-2^63, 2^63)."""
        return self._representative(-SIGN, SIGN - 1)

    def _representative(self, lo: int, hi: int) -> "Word":
        if not self.residue and self.interval.within(lo, hi):
            return self
        shifted = self.form.plus(Linear((), -lo))
        quotient = self.arena.quotient(shifted, MODULUS)
        return Word(self.arena, self.form.plus(quotient, -MODULUS), False, Interval(lo, hi))

    def integer(self) -> "Word":
        """The integer that stands for this word, no longer a mere residue."""
        return Word(self.arena, self.form, False, self.interval)

    def bounded(self, limit: int) -> "Word":
        """This word, assumed to lie in [0, limit)."""
        (self >= 0).require()
        (self < limit).require()
        return Word(self.arena, self.form, self.residue, self.interval & Interval(0, limit - 1))

    def _at_most(self, other: object, slack: int = 0) -> Truth:
        difference = self - self._lift(other)
        difference._exact("compared")
        interval = difference.interval + Interval(slack, slack)
        if interval.hi is not None and interval.hi <= 0:
            return Truth(self.arena, self.arena.true)
        if interval.lo is not None and interval.lo > 0:
            return Truth(self.arena, self.arena.false)
        form = difference.form.plus(Linear((), slack))
        return Truth(self.arena, self.arena.at_most_zero(form))

    def __le__(self, other: object) -> Truth:
        return self._at_most(other)

    def __lt__(self, other: object) -> Truth:
        return self._at_most(other, 1)

    def __ge__(self, other: object) -> Truth:
        return self._lift(other)._at_most(self)

    def __gt__(self, other: object) -> Truth:
        return self._lift(other)._at_most(self, 1)

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]
        difference = self - self._lift(other)
        difference._exact("compared")
        lo, hi = difference.interval.lo, difference.interval.hi
        if (lo is not None and lo > 0) or (hi is not None and hi < 0):
            return Truth(self.arena, self.arena.false)
        return Truth(self.arena, self.arena.is_zero(difference.form))

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]
        return ~(self == other)

    def __bool__(self) -> bool:
        self._refuse()


class Index(_Symbolic):
    """A symbolic value of a small finite domain, one condition per member; exactly one holds."""

    __slots__ = ("arena", "members")

    def __init__(self, arena: Arena, members: Mapping[int, Condition]) -> None:
        self.arena = arena
        self.members = dict(members)

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]
        arena = self.arena
        if isinstance(other, Index):
            shared = self.members.keys() & other.members.keys()
            pairs = (arena.conjunction((self.members[i], other.members[i])) for i in sorted(shared))
            return Truth(arena, arena.disjunction(pairs))
        if isinstance(other, int):
            return Truth(arena, self.members.get(other, arena.false))
        raise TypeError(f"not an index: {other!r}")

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]
        return ~(self == other)

    def select(self, items: Sequence[T]) -> T:
        """``items[self]``, forking over the items; that it may be none of them is a doubt."""
        outside = [c for i, c in self.members.items() if not 0 <= i < len(items)]
        none = self.arena.disjunction(outside)
        if none is not self.arena.false:
            _run().doubt(none, NoSuchItem(len(items)))
        for i, item in enumerate(items[:-1]):
            if self == i:
                return item
        return items[-1]

    def __bool__(self) -> bool:
        self._refuse()


def lift_word(arena: Arena, value: Value) -> Word:
    """``value`` as a symbolic word."""
    return value if isinstance(value, Word) else Word(arena, Linear((), int(value)))


def lift_truth(arena: Arena, value: Value) -> Condition:
    """``value`` as a condition."""
    return value.condition if isinstance(value, Truth) else arena.constant(bool(value))


def lift_index(arena: Arena, value: Value, domain: Iterable[int]) -> Index:
    """``value`` as a symbolic index over ``domain``."""
    members = value.members if isinstance(value, Index) else {value: arena.true}
    return Index(arena, {i: members.get(i, arena.false) for i in domain})


def merge(arena: Arena, test: Condition, then: Value, otherwise: Value) -> Value:
    """The value that is ``then`` where ``test`` holds, else ``otherwise``."""
    if then is otherwise:
        return then
    kinds = {type(then), type(otherwise)}
    if Index in kinds:
        domain = sorted(
            {i for v in (then, otherwise) for i in (v.members if isinstance(v, Index) else (v,))}
        )
        yes, no = lift_index(arena, then, domain), lift_index(arena, otherwise, domain)
        pick: Callable[[int], Condition] = lambda i: arena.branch(  # noqa: E731
            test, yes.members[i], no.members[i]
        )
        return Index(arena, {i: pick(i) for i in domain})
    if Truth in kinds or bool in kinds:
        return Truth(
            arena, arena.branch(test, lift_truth(arena, then), lift_truth(arena, otherwise))
        )
    a, b = lift_word(arena, then), lift_word(arena, otherwise)
    return Word(
        arena,
        arena.choice(test, a.form, b.form),
        a.residue or b.residue,
        a.interval | b.interval,
    )


def same(a: Value, b: Value) -> bool:
    """Whether two symbolic values are identical terms."""
    if a is b:
        return True
    if isinstance(a, Word) and isinstance(b, Word):
        return a.form.key == b.form.key
    if isinstance(a, Truth) and isinstance(b, Truth):
        return a.condition is b.condition
    if isinstance(a, Index) and isinstance(b, Index):
        return all(a.members[i] is b.members[i] for i in a.members)
    return False


def parts(value: Value) -> list[Linear | Condition]:
    """The terms that a symbolic value consists of."""
    if isinstance(value, Word):
        return [value.form]
    if isinstance(value, Truth):
        return [value.condition]
    return list(value.members.values())
