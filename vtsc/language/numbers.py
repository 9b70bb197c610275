"""Numbers of instances that tell what is done with them, where a machine of another size may notice it.

They are plain integers otherwise. A run is given them in place of plain ones while it is found out
whether what holds of some instances holds of any number of them.
"""

import sys
from collections.abc import Callable
from typing import Any

from vtsc.base.lines import Line, calling

Noted = Callable[[Line, str], None]
"""Takes the line at which something is done with a number, and what."""
CALCULATING = (
    "add", "radd", "sub", "rsub", "mul", "rmul", "floordiv", "rfloordiv", "mod", "rmod", "divmod",
    "rdivmod", "pow", "rpow", "truediv", "rtruediv", "lshift", "rlshift", "rshift", "rrshift", "and",
    "rand", "or", "ror", "xor", "rxor", "neg", "pos", "invert", "abs", "bool", "lt", "le", "gt", "ge",
)  # fmt: skip
"""The operations with which something is calculated."""


CHECKER = "vtsc"
CALCULATED = "calculates with an instance's number"
COMPARED = "compares an instance's number with what is none"


class Number(int):
    """The number of an instance of a kind."""

    noted: Noted
    kind: str

    @classmethod
    def of(cls, kind: str, number: int, noted: Noted) -> "Number":
        """The number of an instance, which tells ``noted`` of what is done with it."""
        made = cls(number)
        made.kind, made.noted = kind, noted
        return made

    def meets_a_word(self) -> None:
        """Tell that it is an operand beside a word."""
        lines = calling(CHECKER)
        if lines:
            self.noted(lines[-1], CALCULATED)

    def _tell(self, what: str) -> None:
        """Tell what the content does with it; what the checker does is of no interest."""
        frame = sys._getframe(2)
        if str(frame.f_globals.get("__name__")).partition(".")[0] != CHECKER:
            self.noted((frame.f_code.co_filename, frame.f_lineno), what)

    def __eq__(self, other: object) -> bool:
        alike = isinstance(other, Number) and other.kind == self.kind
        if isinstance(other, int) and not alike and other >= 0:
            self._tell(COMPARED)
        return int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        alike = isinstance(other, Number) and other.kind == self.kind
        if isinstance(other, int) and not alike and other >= 0:
            self._tell(COMPARED)
        return int.__ne__(self, other)

    __hash__ = int.__hash__


def _noticing(name: str) -> Callable[..., Any]:
    plain = getattr(int, name)

    def operation(self: Number, *others: Any) -> Any:
        self._tell(CALCULATED)
        return plain(self, *others)

    return operation


for _name in CALCULATING:
    setattr(Number, f"__{_name}__", _noticing(f"__{_name}__"))
