"""A run of two designs in lockstep, in two lanes side by side."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from vtsc.content.case import Case
from vtsc.deciding.pairs import Difference, Kind
from vtsc.language.state import Value
from vtsc.language.words import spelled
from vtsc.native.paired import Lane
from vtsc.report.screen import width
from vtsc.report.text.wrapping import wrapped

GAP = "  "
MARK = "<"
"""Stands at the end of the row in which different things are observed."""


def lanes(cases: tuple[Case, Case], found: Difference) -> list[str]:
    """A header, and rows for each step: what each let somebody observe, and what it changed by itself."""
    run = found.run
    assert run is not None
    columns, opening = cases[0].content.model.columns, cases[0].content.model.opening
    shared = frozenset(found.shared)
    rows = [("#", "action", *(case.design for case in cases), "")]
    starts = [_opening(opening, run.kinds, values) for values in run.start]
    rows.append(("0", "(start)", *starts, ""))
    beneath = ["", _columns(columns, run.kinds, {}, run.start[0])]
    before: list[Mapping[str, Value]] = list(run.start)
    last: list[object] = [None, None]
    for number, step in enumerate(run.steps, 1):
        told = []
        for side, lane in enumerate(step.lanes):
            ends = found.kind is Kind.PARTS and number == len(run.steps)
            waits = "(cannot)" if ends else "(waits)"
            told.append(waits if lane.waits else _told(lane, before[side], shared, last[side]))
            last[side] = lane.observed or last[side]
        rows.append((str(number), str(step.call), *told, MARK if step.differs else ""))
        beneath.append(_columns(columns, run.kinds, before[0], step.lanes[0].values))
        before = [lane.values for lane in step.lanes]
    return [*_laid_out(rows, beneath)]


def _told(lane: Lane, before: Mapping[str, Value], shared: frozenset[str], last: object) -> str:
    """What a lane says of a step."""
    seen = [] if lane.observed is None else [lane.observed.told(last)]
    return " ".join([*seen, *_changed(before, lane.values, shared)])


def _changed(
    before: Mapping[str, Value], after: Mapping[str, Value], shared: frozenset[str]
) -> Iterator[str]:
    for name, value in after.items():
        if name not in shared and before[name] != value:
            yield f"{name}={spelled(int(value))}"


def _opening(fields: Sequence[str], kinds: Mapping[str, str], values: Mapping[str, Value]) -> str:
    found = []
    for name, value in values.items():
        record, _, field = name.rpartition(".")
        if f"{kinds.get(record, record)}.{field}" in fields:
            found.append(f"{name}={spelled(int(value))}")
    return " ".join(found)


def _columns(
    columns: Sequence[str],
    kinds: Mapping[str, str],
    before: Mapping[str, Value],
    after: Mapping[str, Value],
) -> str:
    """The columns of a trace whose values have changed, those of several instances side by side."""
    found = []
    for column in columns:
        of, _, field = column.partition(".")
        names = [f"{record}.{field}" for record, kind in kinds.items() if kind == of]
        if [before.get(n) for n in names] != [after.get(n) for n in names]:
            values = "/".join(spelled(int(after[n])) for n in names)
            found.append(f"{column}={values}")
    return " ".join(found)


def _laid_out(rows: Sequence[tuple[str, ...]], beneath: Sequence[str]) -> Iterator[str]:
    """The rows, each lane as wide as the rest of the screen allows; beneath a row what both share.

    Where a word does not fit into a lane, the two lanes stand below each other.
    """
    left = [max(len(row[i]) for row in rows) for i in (0, 1)]
    room = (width() - sum(left) - 4 * len(GAP) - len(MARK)) // 2
    longest = max(len(word) for row in rows for cell in row[2:4] for word in cell.split() or [""])
    indent = " " * (sum(left) + 2 * len(GAP)) if longest <= room else " " * 4
    names = rows[0][2:4]
    for row, both in zip(rows, beneath, strict=True):
        start = f"{row[0]:>{left[0]}}{GAP}{row[1]:<{left[1]}}{GAP}"
        if longest <= room:
            yield from _beside(start, indent, row, room)
        else:
            yield f"{start}{row[4]}".rstrip()
            for name, cell in zip(names, row[2:4], strict=True):
                yield from wrapped(
                    f"{name}: {cell}" if cell != name else name, f"{indent}  ", indent
                )
        if both:
            yield from wrapped(f"both: {both}", f"{indent}  ", indent)


def _beside(start: str, indent: str, row: tuple[str, ...], room: int) -> Iterator[str]:
    """A row with its two lanes side by side."""
    parts = [textwrap.wrap(cell, room, break_on_hyphens=False) for cell in row[2:4]]
    for n in range(max(1, *map(len, parts))):
        cells = (part[n] if n < len(part) else "" for part in parts)
        line = (start if n == 0 else indent) + GAP.join(cell.ljust(room) for cell in cells)
        yield f"{line}{GAP}{row[4] if n == 0 else ''}".rstrip()
