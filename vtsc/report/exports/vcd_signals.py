"""The signals of a run in VCD: their names, their types, and the text of their values."""

from dataclasses import dataclass

from vtsc.language.words import WIDTH

COMMENT, END = "$comment vtsc ", " $end"
STEP = ("run", "step")
ACTION = ("run", "action")
SEEN = ("run", "seen")
HIT = ("run", "hit")
INPUTS, STATE = "inputs", "state"
"""The scopes of the inputs and of the state."""
START = "start"
"""The action at the start."""

Name = tuple[str, ...]
"""A signal's name with the scopes it is in, outermost first."""
Value = int | bool | str | None
"""The value of a signal; None where it is unknown."""


@dataclass(frozen=True)
class Type:
    """The type of a signal, as VCD has it."""

    name: str
    width: int

    def text(self, value: Value, letter: str) -> str:
        """The line that says that the signal takes a value."""
        if self.name == "string":
            return f"s{_escaped(str(value))} {letter}"
        if self.width == 1:
            return f"{'x' if value is None else int(value)}{letter}"
        bits = "x" if value is None else f"{int(value) % (1 << self.width):b}"
        return f"b{bits} {letter}"

    def value(self, text: str) -> Value:
        """The value that such a line gives; raises `ValueError` where it gives none."""
        if self.name == "string":
            return text
        if text == "x":
            return None
        number = int(text, 2)
        if self.width == 1:
            return bool(number)
        negative = self.name == "integer" and number >> (self.width - 1)
        return number - (1 << self.width) if negative else number


FLAG, WORD, SIGNED, NUMBER, TEXT = (
    Type("wire", 1),
    Type("wire", WIDTH),
    Type("integer", WIDTH),
    Type("integer", 32),
    Type("string", 1),
)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(" ", "\\x20")
