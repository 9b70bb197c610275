"""Symbolic words: the integers with which rules compute, and the meaning of operations where they may wrap.

Each has the interval of the value that a plain run has. Where order matters, a rule's operands are shown to
lie in [0, 2^64), or to be a cast to a signed word as a whole; anything else is refused.
"""

from typing import NoReturn

from vtsc.base.errors import MeaningError
from vtsc.language.numbers import Number
from vtsc.language.state import Value
from vtsc.language.words import LOW, LOW_SIGN, MASK, MODULUS, SIGN, Runs
from vtsc.symbolic.bits import constant_mask, runs
from vtsc.symbolic.forms import Interval, Linear
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.truths import Symbolic, Truth

UNSIGNED = Interval(0, MASK)
MOST_PLACES = 63
"""The greatest number of places by which a word can be shifted."""


def _strict() -> bool:
    """Whether a rule is run; false for a lemma, and outside of a run."""
    return Runs.current is not None and Runs.current.strict


class Word(Symbolic):
    """A symbolic integer: a linear form with what is known of its range.

    ``interval`` is the range of the value that a plain run has. ``residue`` says that the form need not be
    that value, only equal to it mod 2^64; comparing, dividing and shifting then take the representative in
    [0, 2^64) if the value is shown to lie there. ``signed``: it is a cast to a signed word as a whole.
    ``ghost``: it is an unbounded integer, which may be compared whatever its sign.
    """

    __slots__ = ("arena", "form", "ghost", "interval", "residue", "signed")

    def __init__(
        self,
        arena: Arena,
        form: Linear,
        residue: bool = False,
        interval: Interval | None = None,
        *,
        signed: bool = False,
        ghost: bool = False,
    ) -> None:
        self.arena = arena
        self.form = form
        self.residue = residue
        self.signed = signed
        self.ghost = ghost
        if residue:
            self.interval = UNSIGNED if interval is None else interval
        else:
            self.interval = form.interval if interval is None else form.interval & interval

    def _lift(self, other: object) -> "Word":
        if isinstance(other, Word):
            return other
        if isinstance(other, int) and not isinstance(other, bool):
            if isinstance(other, Number):
                other.meets_a_word()
            return Word(self.arena, Linear((), int(other)))
        what = "a flag" if isinstance(other, (bool, Truth)) else f"{other!r}"
        raise MeaningError(
            f"a word meets {what}: both operands are whole numbers, 1 if flag else 0"
        )

    def _combine(self, other: object, factor: int) -> "Word":
        theirs = self._lift(other)
        return Word(
            self.arena,
            self.form.plus(theirs.form, factor),
            self.residue or theirs.residue,
            self.interval + theirs.interval * factor,
            ghost=self.ghost or theirs.ghost,
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

    def __pos__(self) -> "Word":
        return self

    def __mul__(self, factor: object) -> "Word":
        if not isinstance(factor, int) or isinstance(factor, bool):
            raise MeaningError("`*`: a word is multiplied by constants only")
        form, interval = self.form.times(factor), self.interval * factor
        return Word(self.arena, form, self.residue, interval, ghost=self.ghost)

    __rmul__ = __mul__

    def __lshift__(self, places: object) -> "Word":
        return self * (1 << self._places(places, "<<"))

    def __rshift__(self, places: object) -> "Word":
        divisor = 1 << self._places(places, ">>")
        return self._operand(">>")._quotient(divisor)

    def _places(self, places: object, operator: str) -> int:
        if isinstance(places, int) and places >= 0 and (places <= MOST_PLACES or not _strict()):
            return places
        raise MeaningError(f"`{operator}`: a word is shifted by a constant from 0 to {MOST_PLACES}")

    def __floordiv__(self, divisor: object) -> "Word":
        return self._dividend("//", "cdiv", divisor)._quotient(_constant_divisor(divisor))

    def __mod__(self, divisor: object) -> "Word":
        word, by = self._dividend("%", "cmod", divisor), _constant_divisor(divisor)
        form = word.form.plus(word._quotient(by).form, -by)
        return Word(self.arena, form, interval=Interval(0, by - 1), ghost=self.ghost)

    def _dividend(self, operator: str, truncating: str, divisor: object) -> "Word":
        word = self._operand(operator)
        if word.signed and not word.interval.within(0, MASK):
            raise MeaningError(
                f"`{operator}` of what may be negative: write {truncating}(a, b), which truncates as C does"
            )
        return word

    def _quotient(self, divisor: int) -> "Word":
        form, interval = self.arena.quotient(self.form, divisor), self.interval // divisor
        return Word(self.arena, form, interval=interval, ghost=self.ghost)

    def __truediv__(self, other: object) -> NoReturn:
        raise MeaningError("`/`: write cdiv(a, b), which truncates as C does, or a // b")

    def __pow__(self, other: object) -> NoReturn:
        raise MeaningError("`**`: a word is multiplied by constants only")

    __rtruediv__, __rpow__ = __truediv__, __pow__

    def __rfloordiv__(self, other: object) -> NoReturn:
        raise MeaningError("a word is divided by positive constants only")

    __rmod__ = __rfloordiv__

    def __and__(self, other: object) -> "Word":
        mask, interval = constant_mask(other, "&"), self.interval
        form = Linear((), 0)
        for low, high in runs(mask):
            form = form.plus(self._low(high)).plus(self._low(low), -1)
        most = min(mask, interval.hi or 0) if _is_unsigned(self) else mask
        return Word(self.arena, form, interval=Interval(0, most), ghost=self.ghost)

    def _low(self, places: int) -> Linear:
        """The value mod 2^places."""
        size = 1 << places
        if not self.residue and self.interval.within(0, size - 1):
            return self.form
        return self.form.plus(self.arena.quotient(self.form, size), -size)

    def __or__(self, other: object) -> "Word":
        mask = constant_mask(other, "|")
        return self._with_bits(self + mask - (self & mask), mask)

    def __xor__(self, other: object) -> "Word":
        mask = constant_mask(other, "^")
        return self._with_bits(self + mask - (self & mask) * 2, mask)

    def _with_bits(self, word: "Word", mask: int) -> "Word":
        """``word``, which is this one with bits of ``mask`` changed."""
        interval = word.interval
        if _is_unsigned(self):
            bits = max(self.interval.hi or 0, mask).bit_length()
            interval = Interval(0, (1 << bits) - 1)
        return Word(self.arena, word.form, word.residue, interval, ghost=self.ghost)

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __abs__(self) -> "Word":
        word = self._operand("abs")
        found = word if word >= 0 else -word
        interval = found.interval & Interval(0, None)
        return Word(self.arena, found.form, found.residue, interval, ghost=self.ghost)

    def _exact(self, what: str) -> "Word":
        """This word with its value for a form; raises `MeaningError` where that is not known."""
        if not self.residue:
            return self
        if self.interval.within(0, MASK):
            return self.u64()
        raise MeaningError(f"a 64-bit residue is {what}: say u64(x) or s64(x) first")

    def _operand(self, operator: str, beside: "Word | None" = None) -> "Word":
        """This word as an operand whose order matters; raises `MeaningError` where it may wrap.

        ``beside``: the other operand of a comparison. A constant may be negative beside a signed one.
        """
        if not _strict() or self.ghost or (beside is not None and beside.ghost):
            return self._exact("ordered")
        if self.interval.within(0, MASK):
            return self._exact("ordered")
        negative = not self.form.terms and beside is not None and beside.signed
        if self.signed or (negative and self.interval.within(-SIGN, SIGN - 1)):
            return self
        lo = self.interval.lo
        why = "may be negative" if lo is None or lo < 0 else "may be 2^64 or more"
        raise MeaningError(
            f"an operand of `{operator}` {why}: write u64(x), or s64(x) for a signed difference"
        )

    def u64(self) -> "Word":
        """The representative in [0, 2^64)."""
        return self._representative(MODULUS, 0, MASK)

    def s64(self) -> "Word":
        """The representative in [-2^63, 2^63)."""
        return self._representative(MODULUS, -SIGN, SIGN - 1)

    def u32(self) -> "Word":
        """The representative mod 2^32 in [0, 2^32)."""
        return self._representative(LOW + 1, 0, LOW)

    def s32(self) -> "Word":
        """The representative mod 2^32 in [-2^31, 2^31)."""
        return self._representative(LOW + 1, -LOW_SIGN, LOW_SIGN - 1)

    def _representative(self, modulus: int, lo: int, hi: int) -> "Word":
        if not self.residue and self.interval.within(lo, hi):
            return Word(self.arena, self.form, False, self.interval, signed=lo < 0)
        shifted = self.form.plus(Linear((), -lo))
        form = self.form.plus(self.arena.quotient(shifted, modulus), -modulus)
        return Word(self.arena, form, False, Interval(lo, hi), signed=lo < 0)

    def counted(self) -> "Word":
        """This word as a 64-bit counter holds it, whose value is the representative in [0, 2^64)."""
        if self.interval.within(0, MASK) and not self.ghost:
            return self
        return Word(self.arena, self.form, not self.interval.within(0, MASK) or self.residue)

    def whole(self) -> "Word":
        """The value as an unbounded integer, which is no 64-bit word."""
        word = self._exact("used as an integer")
        return Word(self.arena, word.form, False, word.interval, ghost=True)

    def integer(self) -> "Word":
        """The integer that stands for this word: its value in a rule, its form elsewhere."""
        if _strict():
            return self.whole()
        return Word(
            self.arena, self.form, False, None if self.residue else self.interval, ghost=True
        )

    def bounded(self, limit: int) -> "Word":
        """This word, assumed to lie in [0, limit)."""
        whole = self.whole()
        (whole >= 0).require()
        (whole < limit).require()
        interval = whole.interval & Interval(0, limit - 1)
        return Word(self.arena, whole.form, False, interval, ghost=self.ghost)

    def _at_most(self, other: object, operator: str, slack: int = 0) -> Truth:
        theirs = self._lift(other)
        difference = self._operand(operator, theirs) - theirs._operand(operator, self)
        interval = difference.interval + Interval(slack, slack)
        if interval.hi is not None and interval.hi <= 0:
            return Truth(self.arena, self.arena.true)
        if interval.lo is not None and interval.lo > 0:
            return Truth(self.arena, self.arena.false)
        form = difference.form.plus(Linear((), slack))
        return Truth(self.arena, self.arena.at_most_zero(form))

    def __le__(self, other: object) -> Truth:
        return self._at_most(other, "<=")

    def __lt__(self, other: object) -> Truth:
        return self._at_most(other, "<", 1)

    def __ge__(self, other: object) -> Truth:
        return self._lift(other)._at_most(self, ">=")

    def __gt__(self, other: object) -> Truth:
        return self._lift(other)._at_most(self, ">", 1)

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]
        difference = self - self._lift(other)
        near = difference.interval.within(-MASK, MASK)
        if not near and (difference.residue or (_strict() and not difference.ghost)):
            raise MeaningError(
                "`==` of values that may differ by 2^64: write u64(a) == u64(b), or u64(x) != 0"
            )
        if difference.residue:
            difference = difference.u64()
        lo, hi = difference.interval.lo, difference.interval.hi
        if (lo is not None and lo > 0) or (hi is not None and hi < 0):
            return Truth(self.arena, self.arena.false)
        return Truth(self.arena, self.arena.is_zero(difference.form))

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]
        return ~(self == other)

    def __bool__(self) -> bool:
        return bool(self != 0)


def _is_unsigned(word: Word) -> bool:
    return word.interval.within(0, MASK)


def _constant_divisor(divisor: object) -> int:
    if isinstance(divisor, int) and not isinstance(divisor, bool) and divisor > 0:
        return divisor
    raise MeaningError("a word is divided by positive constants only")


def integer_of(value: Value) -> Value:
    """A plain or symbolic number as an unbounded integer, which is no 64-bit word."""
    return value.whole() if isinstance(value, Word) else value
