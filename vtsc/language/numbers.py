"""Numbers of instances that report each use of them whose effect may differ on a machine of another size.

They are plain integers otherwise. A machine is explored with them when it is to be found out whether a
proof about some instances is one about any number of them.
"""

import sys
from collections.abc import Callable
from typing import Any

from vtsc.base.lines import Line, calling

Noted = Callable[[Line, str], None]
"""Called with the line of a use of a number, and a description of the use."""
CALCULATING = (
    "add", "radd", "sub", "rsub", "mul", "rmul", "floordiv", "rfloordiv", "mod", "rmod", "divmod",
    "rdivmod", "pow", "rpow", "truediv", "rtruediv", "lshift", "rlshift", "rshift", "rrshift", "and",
    "rand", "or", "ror", "xor", "rxor", "neg", "pos", "invert", "abs", "bool", "lt", "le", "gt", "ge",
)  # fmt: skip
"""The operations that calculate."""


CHECKER = "vtsc"
CALCULATED = "calculates with an instance's number"
COMPARED = "compares an instance's number with another kind of value"


class Number(int):
    """The number of an instance of a kind."""

    noted: Noted
    kind: str

    @classmethod
    def of(cls, kind: str, number: int, noted: Noted) -> "Number":
        """The number of an instance, which reports its uses to ``noted``."""
        made = cls(number)
        made.kind, made.noted = kind, noted
        return made

    def meets_a_word(self) -> None:
        """Report that it is an operand beside a word."""
        lines = calling(CHECKER)
        if lines:
            self.noted(lines[-1], CALCULATED)

    def _tell(self, what: str) -> None:
        """Report a use by the content; uses by the checker itself do not matter."""
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
