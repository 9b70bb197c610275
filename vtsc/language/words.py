"""The few words a model is written with; each works on plain integers and on symbolic words alike.

A 64-bit counter is an integer that stands for its residue mod 2^64. Wherever the meaning of an
expression depends on which representative is taken (compare, shift right, divide), the model says
``u64(x)`` or ``s64(x)``. On plain integers these functions compute; on symbolic words they hand
over to the word itself. Nothing here imports a solver.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from vtsc.base import width
from vtsc.base.errors import UnkeptError
from vtsc.base.lines import calling

WIDTH = width.WIDTH
MODULUS = 1 << WIDTH
MASK = MODULUS - 1
SIGN = 1 << (WIDTH - 1)
LOW = (1 << 32) - 1
LOW_SIGN = 1 << 31
INPUT_LIMIT = width.INPUT_LIMIT
"""Inputs stay below this; the only range ever assumed."""

REFUSES = "a property looks at steps and refuses none: return False where it has nothing to say"
"""The error of a monitor that makes a step illegal, which would hide runs from other monitors."""

T = TypeVar("T")


class Decider(Protocol):
    """Decides conditions in a symbolic run; a native run has plain values and needs none."""

    strict: bool
    """Whether rules are run, whose words are unsigned, and not lemmas or other statements about them."""
    observing: bool
    """Whether a monitor looks at a step that has been taken."""

    def decide(self, condition: Any) -> bool:
        """The truth of ``condition`` on the path being run."""
        ...

    def require(self, condition: Any) -> None:
        """Continue only where ``condition`` holds."""
        ...

    def ensure(self, condition: Any, error: UnkeptError) -> None:
        """Show that ``condition`` holds wherever the path is reached; else the run fails with ``error``."""
        ...

    def doubt(self, condition: Any, error: Exception) -> None:
        """Let the run fail with ``error`` where ``condition`` holds: no such state may be reachable."""
        ...

    merging: bool
    """Whether a piece is run whose paths are merged, and those of each turn of a loop in it."""
    asked: frozenset[str]
    """The inputs that the path has asked for."""

    def apart(
        self, run: Callable[[], None], records: Sequence[object], variables: Mapping[str, Any]
    ) -> None:
        """Run a piece of a rule for its effect on ``records``, its paths merged.

        ``variables``: those of a function that the piece is a part of, each as the cell that holds it. In a
        turn of a loop the records are those of the piece that the loop is in.
        """
        ...


class Runs:
    """The symbolic run in progress; one at a time in a process."""

    current: Decider | None = None


def scaled(full: int, small: int) -> int:
    """A constant of the model: ``full`` in words of 64 bits, ``small`` on a scaled-down machine."""
    return full if width.FULL == WIDTH else small


class Illegal(Exception):
    """The step cannot be taken: a guard is false or an input is outside what is allowed."""


class Beyond(Illegal):
    """An input, or a sum of inputs, would be `INPUT_LIMIT` or more, which is all that is against the step."""


class NoSuchItem(IndexError):
    """An index that names none of the items; ``lines``: what was being executed, outermost first."""

    def __init__(self, items: int, index: int | None = None) -> None:
        which = "an index that may be out of range" if index is None else f"index {index}"
        super().__init__(f"{which}, where there are 0 to {items - 1}")
        self.lines = calling("vtsc")


def u64(x: int) -> int:
    """The representative of ``x`` mod 2^64 in [0, 2^64)."""
    return x & MASK if isinstance(x, int) else x.u64()


def s64(x: int) -> int:
    """The representative of ``x`` mod 2^64 in [-2^63, 2^63)."""
    return ((x + SIGN) & MASK) - SIGN if isinstance(x, int) else x.s64()


def u32(x: int) -> int:
    """The representative of ``x`` mod 2^32 in [0, 2^32): what a C programmer's ``(u32)x`` is."""
    return x & LOW if isinstance(x, int) else x.u32()


def s32(x: int) -> int:
    """The representative of ``x`` mod 2^32 in [-2^31, 2^31): what a C programmer's ``(s32)x`` is."""
    return ((x + LOW_SIGN) & LOW) - LOW_SIGN if isinstance(x, int) else x.s32()


def cdiv(a: int, b: int) -> int:
    """``a / b`` as C has it, rounded towards 0; ``b`` is a constant that is not 0."""
    size = abs(a) // abs(b)
    return size if (a >= 0) == (b > 0) else -size


def cmod(a: int, b: int) -> int:
    """``a % b`` as C has it, what `cdiv` leaves; it has the sign of ``a``."""
    rest = abs(a) % abs(b)
    return rest if a >= 0 else -rest


def integer(x: int) -> int:
    """``x`` as an integer that no 64 bits hold, exempt from what is asked of words; not for designs.

    In a lemma it is the very integer that stands for a counter, not only its residue: a 64-bit counter
    is held as any integer of the right residue, and every arithmetic that holds it so goes through the
    same integers. What is true of them mod 2^64 is true of the counter.
    """
    return x if isinstance(x, int) else x.integer()


LEAST_POWER = 31
"""The exponent of the least power of two by which reports write numbers."""
NEAR = 1 << 16
"""A number is near a power of two if it is less than this away from it."""


def spelled(x: int) -> str:
    """A number as reports show it: ``2^63+5`` where a large power of two is near. Native.

    Other 64-bit values of 2^63 and more are written by their distance from 2^64, since they may be negative.
    """
    sign, size = ("-", -x) if x < 0 else ("", x)
    for bits in (size.bit_length() - 1, size.bit_length()):
        away = (size - (1 << bits)) if bits >= LEAST_POWER else NEAR
        if abs(away) < NEAR:
            told = f"{-away if sign else away:+d}" if away else ""
            return f"{sign}2^{bits}{told}"
    return f"2^64-{MODULUS - x}" if SIGN <= x < MODULUS else str(x)


def require(condition: bool) -> None:
    """The step is legal only where ``condition`` holds; raises `Illegal` where it is false."""
    if condition is True:
        return
    if condition is False:
        raise Illegal
    condition.require()


def ensure(condition: bool, claim: str) -> None:
    """State that ``condition`` holds here in every run: where it may be false, the model is refused.

    ``claim`` says it in words, as in "load leaves where it is in thing.place".
    """
    if condition is True:
        return
    if Runs.current is None:
        raise UnkeptError(claim)
    Runs.current.ensure(condition, UnkeptError(claim))


def bounded(x: int, limit: int = INPUT_LIMIT) -> int:
    """``x``, an input or a sum of inputs, assumed to lie in [0, limit)."""
    if isinstance(x, int):
        if not 0 <= x < limit:
            raise Beyond if x >= limit == INPUT_LIMIT else Illegal
        return x
    return x.bounded(limit)


def both(a: bool, b: bool) -> bool:
    """``a and b`` without forking the path; evaluates both."""
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    return a & b


def either(conditions: Iterable[bool]) -> bool:
    """Whether any of the conditions holds, without forking the path."""
    result: bool = False
    for condition in conditions:
        if result is True or condition is True:
            result = True
        elif result is False:
            result = condition
        elif condition is not False:
            result = result | condition
    return result


def negation(a: bool) -> bool:
    """``not a`` without forking the path."""
    return (not a) if isinstance(a, bool) else ~a


def implies(a: bool, b: bool) -> bool:
    """``not a or b`` without forking the path; evaluates both."""
    return either((negation(a), b))


def apart(run: Callable[[], None], *records: object) -> None:
    """Run a piece of a rule whose effect on ``records`` is all that the rest of the rule needs of it.

    Natively this is a plain call. Symbolically its paths are merged where it ends, and after each turn of a
    loop that a design has in it (`vtsc.content.turns`), so paths do not multiply with pieces or turns.
    """
    if Runs.current is None:
        run()
    else:
        Runs.current.apart(run, records, {})


def merging() -> bool:
    """Whether the turns of a loop are to be given to `each`."""
    return Runs.current is not None and Runs.current.merging


def each(items: Iterable[T], turn: Callable[[T], None]) -> None:
    """Run a loop and merge the paths of each turn where the turn ends; only to be called while `merging`.

    ``turn``: the loop's body, a function inside of the one that has the loop, whose variables it shares.
    """
    variables = dict(zip(turn.__code__.co_freevars, turn.__closure__ or (), strict=True))
    for item in items:
        if Runs.current is not None:
            Runs.current.apart(partial(turn, item), (), variables)


def select(items: Sequence[T], index: int) -> T:
    """``items[index]``; a symbolic index forks over the items. No index counts from the end."""
    if not isinstance(index, int):
        return index.select(items)
    if not 0 <= index < len(items):
        raise NoSuchItem(len(items), index)
    return items[index]
