"""Reads a value change dump that vtsc wrote: one declaration, or one change of a value, to a line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vtsc.report.exports import Unreadable
from vtsc.report.exports.shown import ReadRow, document
from vtsc.report.exports.vcd_signals import (
    ACTION,
    COMMENT,
    END,
    INPUTS,
    STATE,
    STEP,
    Name,
    Type,
    Value,
)


@dataclass
class _Reader:
    """What has been read so far of a text."""

    head: Any = None
    scopes: list[str] = field(default_factory=list)
    signals: dict[str, tuple[Name, Type]] = field(default_factory=dict)
    values: dict[Name, Value] = field(default_factory=dict)
    rows: list[ReadRow] = field(default_factory=list)

    def line(self, line: str) -> None:
        """Take the next line; raises `ValueError` or `LookupError` where it is none of a dump."""
        words = line.split()
        if line.startswith(COMMENT) and line.endswith(END):
            self.head = json.loads(line.removeprefix(COMMENT).removesuffix(END))
        elif words[:1] == ["$scope"]:
            self.scopes.append(words[2])
        elif words[:1] == ["$upscope"]:
            self.scopes.pop()
        elif words[:1] == ["$var"]:
            kind, width, letter, name = words[1:5]
            self.signals[letter] = (*self.scopes, name), Type(kind, int(width))
        elif line.startswith("#"):
            self.sample()
        elif line and not line.startswith("$"):
            text, letter = words if line[0] in "bs" else (f" {line[0]}", line[1:])
            path, kind_of = self.signals[letter]
            self.values[path] = kind_of.value(text[1:])

    def sample(self) -> None:
        """Take the values as they are as the next row, where they are those of another step."""
        if self.values.get(STEP) == len(self.rows):
            self.rows.append(_row(self.values))


def read(text: str) -> dict[str, Any]:
    """The document of the trace."""
    reader = _Reader()
    for number, line in enumerate([*text.splitlines(), "#"], 1):
        try:
            reader.line(line.strip())
        except (ValueError, LookupError):
            raise Unreadable("expected a line of a dump by vtsc export", f"line {number}") from None
    if not isinstance(reader.head, dict):
        raise Unreadable("expected the header of a trace in a comment, as vtsc export has it")
    if not reader.rows:
        raise Unreadable("expected values of run.step")
    return document(reader.head, reader.rows)


def _row(values: Mapping[Name, Value]) -> ReadRow:
    """A row from the values of all signals."""
    action, _, args = str(values[ACTION]).removesuffix(")").partition("(")
    state: dict[str, dict[str, Any]] = {}
    for (scope, *record, name), value in values.items():
        if scope == STATE:
            state.setdefault(".".join(record), {})[name] = value
    return ReadRow(
        action=action,
        args=[int(arg) for arg in args.split(",") if arg],
        inputs={p[1]: v for p, v in values.items() if p[0] == INPUTS and v is not None},
        state=state,
    )
