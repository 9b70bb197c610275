"""VCD, the value change dump of IEEE 1364: a signal for each field, input and observation.

Flags are wires of one bit, words are vectors, and what may be negative is an integer in two's complement.
An input that a step does not ask for is unknown (``x``). The trace's header is kept in a comment.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from vtsc.language.state import Field
from vtsc.report.exports import vcd_reader
from vtsc.report.exports.shown import Row, Shown, header
from vtsc.report.exports.vcd_signals import (
    ACTION,
    COMMENT,
    END,
    FLAG,
    HIT,
    INPUTS,
    NUMBER,
    SEEN,
    SIGNED,
    START,
    STATE,
    STEP,
    TEXT,
    WORD,
    Name,
    Type,
    Value,
)

FIRST, LETTERS = ord("!"), 94
"""The characters of which a signal's identifier is made."""


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
    before: dict[Name, Value] = {}
    for row in shown.rows:
        now = _values(shown, row, types)
        changed = [p for p in types if row.number == 0 or before[p] != now[p]]
        lines.append(f"#{row.at}")
        lines += ["$dumpvars"] if row.number == 0 else []
        lines += [types[path].text(now[path], letters[path]) for path in changed]
        lines += ["$end"] if row.number == 0 else []
        before = now
    return "\n".join([*lines, f"#{shown.rows[-1].at + 1}"]) + "\n"


def _types(shown: Shown) -> dict[Name, Type]:
    """The type of each signal, those of one scope together."""
    found: dict[Name, Type] = {STEP: NUMBER, ACTION: TEXT, SEEN: TEXT, HIT: FLAG}
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


def _declared(types: Mapping[Name, Type], letters: Mapping[Name, str]) -> Iterator[str]:
    """The declarations of all signals, scope by scope."""
    inside: Name = ()
    for path, kind in types.items():
        *above, name = path
        pairs = zip(inside, above, strict=False)
        same = len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
        yield from ["$upscope $end"] * (len(inside) - same)
        yield from [f"$scope module {scope} $end" for scope in above[same:]]
        yield f"$var {kind.name} {kind.width} {letters[path]} {name} $end"
        inside = tuple(above)
    yield from ["$upscope $end"] * len(inside)


def _values(shown: Shown, row: Row, types: Mapping[Name, Type]) -> dict[Name, Value]:
    """The value of every signal in a row."""
    found: dict[Name, Value] = dict.fromkeys(types)
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


def known(text: str) -> bool:
    """Whether a text defines signals."""
    return text.lstrip().startswith("$") and "$enddefinitions" in text


def read(text: str) -> dict[str, Any]:
    """The document of the trace."""
    return vcd_reader.read(text)
