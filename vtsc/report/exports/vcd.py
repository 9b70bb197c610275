"""VCD, the value change dump of IEEE 1364: a signal for each field, input and observation.

Flags are wires of one bit, words are vectors, and what may be negative is an integer in two's complement.
An input that a step does not ask for is unknown (``x``). The trace's header is kept in a comment.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vtsc.language.state import Field
from vtsc.language.words import WIDTH
from vtsc.report.exports import Unreadable
from vtsc.report.exports.shown import ReadRow, Row, Shown, document, header

COMMENT, END = "$comment vtsc ", " $end"
STEP = ("run", "step")
ACTION = ("run", "action")
SEEN = ("run", "seen")
HIT = ("run", "hit")
INPUTS, STATE = "inputs", "state"
"""The scopes of the inputs and of the state."""
START = "start"
FIRST, LETTERS = ord("!"), 94
"""The characters of which a signal's identifier is made."""

Path = tuple[str, ...]
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


def write(shown: Shown) -> str:
    """The run: declarations, then what changes at each step."""
    types = _types(shown)
    letters = {path: _letter(number) for number, path in enumerate(types)}
    lines = [
        f"{COMMENT}{json.dumps(header(shown.trace))}{END}",
        f"$version {shown.trace.tool} $end",
        "$timescale 1 ns $end",
        *_declared(types, letters),
        "$enddefinitions $end",
    ]
    before: dict[Path, Value] = {}
    for row in shown.rows:
        now = _values(shown, row, types)
        changed = [p for p in types if row.number == 0 or before[p] != now[p]]
        lines.append(f"#{row.at}")
        lines += ["$dumpvars"] if row.number == 0 else []
        lines += [types[path].text(now[path], letters[path]) for path in changed]
        lines += ["$end"] if row.number == 0 else []
        before = now
    return "\n".join([*lines, f"#{shown.rows[-1].at + 1}"]) + "\n"


def _types(shown: Shown) -> dict[Path, Type]:
    """The type of each signal, those of one scope together."""
    found: dict[Path, Type] = {STEP: NUMBER, ACTION: TEXT, SEEN: TEXT, HIT: FLAG}
    for row in shown.rows:
        for name, value in row.inputs.items():
            found[INPUTS, name] = FLAG if isinstance(value, bool) else WORD
    for record, fields in shown.fields.items():
        for name, declared in fields.items():
            found[STATE, *record.split("."), name] = _type(declared)
    return found


def _type(declared: Field) -> Type:
    if declared.kind == "flag":
        return FLAG
    return SIGNED if declared.kind != "u64" and declared.lo < 0 else WORD


def _letter(number: int) -> str:
    """The identifier of a signal, from its number."""
    found = ""
    while number >= 0:
        found += chr(FIRST + number % LETTERS)
        number = number // LETTERS - 1
    return found


def _declared(types: Mapping[Path, Type], letters: Mapping[Path, str]) -> Iterator[str]:
    """The declarations of all signals, scope by scope."""
    inside: Path = ()
    for path, kind in types.items():
        *above, name = path
        same = next(
            (i for i, (a, b) in enumerate(zip(inside, above, strict=False)) if a != b), None
        )
        same = min(len(inside), len(above)) if same is None else same
        yield from ["$upscope $end"] * (len(inside) - same)
        yield from [f"$scope module {scope} $end" for scope in above[same:]]
        yield f"$var {kind.name} {kind.width} {letters[path]} {name} $end"
        inside = tuple(above)
    yield from ["$upscope $end"] * len(inside)


def _values(shown: Shown, row: Row, types: Mapping[Path, Type]) -> dict[Path, Value]:
    """The value of every signal in a row."""
    found: dict[Path, Value] = dict.fromkeys(types)
    found[STEP] = row.number
    found[ACTION] = str(row.call).replace(" ", "") if row.call else START
    found[SEEN] = row.seen
    found[HIT] = row.number == shown.trace.hit_at
    for name, value in row.inputs.items():
        found[INPUTS, name] = value
    for record, fields in row.state.items():
        for name, value in fields.items():
            found[STATE, *record.split("."), name] = value
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(" ", "\\x20")


def known(text: str) -> bool:
    """Whether a text defines signals."""
    return text.lstrip().startswith("$") and "$enddefinitions" in text


@dataclass
class _Reader:
    """What has been read so far of a text, which is one declaration or change of a value to a line."""

    head: Any = None
    scopes: list[str] = field(default_factory=list)
    signals: dict[str, tuple[Path, Type]] = field(default_factory=dict)
    values: dict[Path, Value] = field(default_factory=dict)
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


def _row(values: Mapping[Path, Value]) -> ReadRow:
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
