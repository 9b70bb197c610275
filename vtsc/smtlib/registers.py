"""Plain functions run on bit vectors as SMT-LIB text, with neither terms nor a solver in between.

Where `vtsc.solver.vectors` lowers terms that were simplified as they were built, here each operation
of the function is one operation on vectors, as wide as its result can get. The two are independent of
each other.
"""

from typing import Any, NoReturn

from vtsc.language.words import MASK, WIDTH
from vtsc.smtlib.script import Script

LOGIC = "QF_BV"


def width_of(lo: int, hi: int) -> int:
    """Bits of the narrowest signed vector that holds all of [lo, hi]."""
    return max(lo.bit_length() if lo >= 0 else (~lo).bit_length(), hi.bit_length(), 1) + 1


def literal(value: int, width: int) -> str:
    """A number as a vector."""
    return f"(_ bv{value % (1 << width)} {width})"


class Bit:
    """A truth value over registers."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __and__(self, other: "Bit | bool") -> "Bit":
        return Bit(f"(and {self.text} {condition(other)})")

    def __or__(self, other: "Bit | bool") -> "Bit":
        return Bit(f"(or {self.text} {condition(other)})")

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> "Bit":
        return Bit(f"(not {self.text})")

    def __bool__(self) -> NoReturn:
        raise TypeError("a condition on registers cannot be branched on")


def condition(value: Any) -> str:
    """The expression of the truth value that a function on registers returned."""
    return value.text if isinstance(value, Bit) else str(value).lower()


class Register:
    """An integer in a signed vector that is wide enough for all of [lo, hi]."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, script: Script, text: str, width: int, lo: int, hi: int) -> None:
        self._script = script
        self._text = text
        self._width = width
        self._lo = lo
        self._hi = hi

    @classmethod
    def unknown(cls, script: Script, name: str, lo: int, hi: int) -> "Register":
        """A 64-bit unknown in [lo, hi]."""
        script.declare(name, f"(_ BitVec {WIDTH})")
        script.require(f"(bvule {literal(lo, WIDTH)} {name})")
        script.require(f"(bvule {name} {literal(hi, WIDTH)})")
        return cls(script, f"((_ zero_extend 1) {name})", WIDTH + 1, lo, hi)

    def _made(self, text: str, lo: int, hi: int) -> "Register":
        """The register that holds ``text``, a vector just wide enough for [lo, hi]."""
        width = width_of(lo, hi)
        name = self._script.define(f"(_ BitVec {width})", text)
        return Register(self._script, name, width, lo, hi)

    def _resized(self, width: int) -> str:
        """The bits, sign-extended or cut to ``width``."""
        if self._width < width:
            return f"((_ sign_extend {width - self._width}) {self._text})"
        cut = f"((_ extract {width - 1} 0) {self._text})"
        return cut if self._width > width else self._text

    def _lift(self, other: object) -> "Register":
        if isinstance(other, Register):
            return other
        if isinstance(other, int) and not isinstance(other, bool):
            width = width_of(other, other)
            return Register(self._script, literal(other, width), width, other, other)
        raise TypeError(f"not a register: {other!r}")

    def _combined(self, operation: str, other: "Register", lo: int, hi: int) -> "Register":
        width = width_of(lo, hi)
        return self._made(f"({operation} {self._resized(width)} {other._resized(width)})", lo, hi)

    def __add__(self, other: object) -> "Register":
        theirs = self._lift(other)
        return self._combined("bvadd", theirs, self._lo + theirs._lo, self._hi + theirs._hi)

    __radd__ = __add__

    def __sub__(self, other: object) -> "Register":
        theirs = self._lift(other)
        return self._combined("bvsub", theirs, self._lo - theirs._hi, self._hi - theirs._lo)

    def __rsub__(self, other: object) -> "Register":
        return self._lift(other) - self

    def __mul__(self, factor: object) -> "Register":
        if not isinstance(factor, int):
            raise TypeError("a register is multiplied by constants only")
        lo, hi = sorted((self._lo * factor, self._hi * factor))
        width = width_of(lo, hi)
        return self._made(f"(bvmul {self._resized(width)} {literal(factor, width)})", lo, hi)

    __rmul__ = __mul__

    def __lshift__(self, places: int) -> "Register":
        lo, hi = self._lo << places, self._hi << places
        width = width_of(lo, hi)
        return self._made(f"(bvshl {self._resized(width)} {literal(places, width)})", lo, hi)

    def __rshift__(self, places: int) -> "Register":
        lo, hi = self._lo >> places, self._hi >> places
        top = places + width_of(lo, hi)
        return self._made(f"((_ extract {top - 1} {places}) {self._resized(top)})", lo, hi)

    def u64(self) -> "Register":
        """The low 64 bits."""
        return self._made(f"((_ zero_extend 1) {self._resized(WIDTH)})", 0, MASK)

    def integer(self) -> "Register":
        """The register itself, which is as wide as its values get."""
        return self

    def _compared(self, relation: str, other: object) -> Bit:
        theirs = self._lift(other)
        width = width_of(min(self._lo, theirs._lo), max(self._hi, theirs._hi))
        return Bit(f"({relation} {self._resized(width)} {theirs._resized(width)})")

    def __le__(self, other: object) -> Bit:
        return self._compared("bvsle", other)

    def __lt__(self, other: object) -> Bit:
        return self._compared("bvslt", other)

    def __ge__(self, other: object) -> Bit:
        return self._lift(other) <= self

    def __gt__(self, other: object) -> Bit:
        return self._lift(other) < self

    def __eq__(self, other: object) -> Bit:  # type: ignore[override]
        return self._compared("=", other)

    def __ne__(self, other: object) -> Bit:  # type: ignore[override]
        return ~(self == other)
