"""A parameter's value that stands for every value of a range, and what a model may do with any value.

With such a value in its settings, a machine can be explored for the whole range at once. A rule that needs
to know which of the values it is raises `TypeError`: then the range has to be decided value by value.
"""

from fractions import Fraction
from math import floor
from typing import Any, NoReturn


class Varied:
    """``first + step * number`` in the parameter's own unit.

    ``number`` is an unknown integer from 0 to ``last``, with the arithmetic of a symbolic word.
    """

    __slots__ = ("first", "last", "number", "step")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, first: Fraction, step: Fraction, number: Any, last: int) -> None:
        self.first, self.step, self.number, self.last = first, step, number, last

    def __add__(self, other: Any) -> "Varied":
        return Varied(self.first + _plain(other), self.step, self.number, self.last)

    __radd__ = __add__

    def __sub__(self, other: Any) -> "Varied":
        return self + -_plain(other)

    def __mul__(self, factor: Any) -> "Varied":
        by = _plain(factor)
        return Varied(self.first * by, self.step * by, self.number, self.last)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> "Varied":
        return self * (1 / _plain(divisor))

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest value."""
        far = self.first + self.step * self.last
        return min(self.first, far), max(self.first, far)

    def __bool__(self) -> bool:
        return self != 0

    def __eq__(self, other: object) -> bool:
        low, high = self.ends
        if low <= _plain(other) <= high:
            _which()
        return False

    def __lt__(self, other: Any) -> bool:
        return self._below(_plain(other), below=True)

    def __le__(self, other: Any) -> bool:
        return not self._below(_plain(other), below=False)

    def __gt__(self, other: Any) -> bool:
        return self._below(_plain(other), below=False)

    def __ge__(self, other: Any) -> bool:
        return not self._below(_plain(other), below=True)

    def _below(self, other: Fraction, *, below: bool) -> bool:
        """Whether all values are below ``other``, or above it; raises `TypeError` where only some are."""
        found = {x < other if below else x > other for x in self.ends}
        if len(found) > 1:
            _which()
        return found.pop()

    def whole(self) -> int:
        """The value, where it is a whole number everywhere in the range."""
        if self.first.denominator != 1 or self.step.denominator != 1:
            _which()
        return self.floored()

    def floored(self) -> int:
        """The value rounded down."""
        by = self.first.denominator * self.step.denominator
        found: int = self.number * int(self.step * by) + int(self.first * by)
        return found // by


def _which() -> NoReturn:
    raise TypeError("a rule needs to know which value of its range a parameter has")


def _plain(value: Any) -> Fraction:
    """A plain number; raises `TypeError` for anything else."""
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Fraction(value)
    raise TypeError(f"the value of a parameter meets {value!r}")


def is_varied(value: Any) -> bool:
    """Whether a setting stands for every value of a range."""
    return isinstance(value, Varied)


def whole(value: Any) -> int:
    """A setting's value that is a whole number; raises `ValueError` for a fraction."""
    if isinstance(value, Varied):
        return value.whole()
    if value != int(value):
        raise ValueError(f"{value} is no whole number")
    return int(value)


def floored(value: Any) -> int:
    """A setting's value rounded down to a whole number."""
    return value.floored() if isinstance(value, Varied) else floor(value)
