"""Symbolic truths, and the operations that every symbolic value refuses."""

from typing import NoReturn

from vtsc.base.errors import MeaningError
from vtsc.language.words import Decider, Runs
from vtsc.symbolic.forms import Condition, Constant
from vtsc.symbolic.terms import Arena


def current_run() -> Decider:
    """The symbolic run in progress; raises `TypeError` where there is none."""
    if Runs.current is None:
        raise TypeError("a symbolic condition has no truth value outside a symbolic run")
    return Runs.current


class Symbolic:
    """A value that refuses all operations that would need one concrete value."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def _refuse(self, *_: object) -> NoReturn:
        kind = type(self).__name__.lower()
        raise MeaningError(
            f"a symbolic {kind} has no concrete value: compare it, or choose among things with select"
        )

    __int__ = __index__ = __float__ = __iter__ = __len__ = __format__ = _refuse


class NoNumber(Symbolic):
    """A symbolic value without arithmetic and order. ``instead`` says what to write in their place."""

    __slots__ = ()
    instead = ""

    def _no_number(self, *_: object) -> NoReturn:
        raise MeaningError(self.instead)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no_number
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _no_number
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _no_number
    __truediv__ = __rtruediv__ = _no_number
    __neg__ = __pos__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = _no_number


class Truth(NoNumber):
    """A symbolic condition. ``bool()`` forks; ``&``, ``|``, ``^``, ``~`` do not."""

    __slots__ = ("arena", "condition")
    instead = "arithmetic with a flag: write 1 if flag else 0"

    def __init__(self, arena: Arena, condition: Condition) -> None:
        self.arena = arena
        self.condition = condition

    def __bool__(self) -> bool:
        if isinstance(self.condition, Constant):
            return self.condition.value
        return current_run().decide(self.condition)

    def require(self) -> None:
        """Continue the run only where this holds."""
        current_run().require(self.condition)

    def _lift(self, other: object) -> Condition:
        if isinstance(other, Truth):
            return other.condition
        if isinstance(other, bool):
            return self.arena.constant(other)
        raise MeaningError("a flag meets what is none: compare numbers first, as in x != 0")

    def __and__(self, other: object) -> "Truth":
        return Truth(self.arena, self.arena.conjunction((self.condition, self._lift(other))))

    def __or__(self, other: object) -> "Truth":
        return Truth(self.arena, self.arena.disjunction((self.condition, self._lift(other))))

    def __xor__(self, other: object) -> "Truth":
        return self != other

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __invert__(self) -> "Truth":
        return Truth(self.arena, self.arena.negation(self.condition))

    def __eq__(self, other: object) -> "Truth":  # type: ignore[override]
        theirs = self._lift(other)
        arena = self.arena
        return Truth(arena, arena.branch(self.condition, theirs, arena.negation(theirs)))

    def __ne__(self, other: object) -> "Truth":  # type: ignore[override]
        return ~(self == other)
