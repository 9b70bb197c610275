"""Rows of a picture: the lanes that a content declares, filled from one run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.content.case import Case
from vtsc.language.domain import Domain
from vtsc.language.lanes import Lane, Marks, Phases, Values
from vtsc.language.state import Record, Snapshot
from vtsc.language.words import s64, spelled
from vtsc.native.interpreter import Run


@dataclass(frozen=True)
class Cell:
    """The content of a row after a step."""

    text: str
    level: float = 0.5
    """The height in the row, from 0 at the bottom to 1; the cells of one declared lane share a scale."""
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A lane for one instance: its cells at the start and after each step, and the way to draw them."""

    title: str
    unit: str
    shape: str
    """``values``, ``phases`` or ``marks``."""
    cells: tuple[Cell | None, ...]


def rows(case: Case, run: Run) -> tuple[Row, ...]:
    """Every row of the picture of a run, from top to bottom."""
    declared = case.content.model.lanes or generic(case.content.model)
    records = case.machine().state().records
    found: list[tuple[str, int, Row]] = []
    for number, lane in enumerate(declared):
        own = [(name, _row(case, run, lane, name, records)) for name in _of(lane, run)]
        levelled = _scaled([(name, row) for name, row in own if row is not None])
        found += [(name, number, row) for name, row in levelled]
    return tuple(_together(declared, found))


def generic(model: Domain) -> tuple[Lane, ...]:
    """The lanes of a content that declares none: its columns, and all observations in one lane."""
    lanes = []
    for column in model.columns:
        of, _, field = column.partition(".")
        lanes.append(Lane(f"{{record}}.{field}", of, Values(field)))
    return (*lanes, Lane("observed", "", Marks()))


def _of(lane: Lane, run: Run) -> list[str]:
    """The records of a lane; an empty name stands for the run as a whole."""
    return [name for name, kind in run.kinds.items() if kind == lane.of] if lane.of else [""]


def _together(declared: Sequence[Lane], found: list[tuple[str, int, Row]]) -> Iterator[Row]:
    """Rows in the order of the lanes, those of neighbouring lanes of one kind instance by instance."""
    for _, group in groupby(found, lambda item: declared[item[1]].of):
        members = list(group)
        for name in dict.fromkeys(name for name, _, _ in members):
            yield from (row for other, _, row in members if other == name)


def _row(case: Case, run: Run, lane: Lane, name: str, records: Mapping[str, Record]) -> Row | None:
    """The row of a lane for a record, its levels not yet scaled; None where there is nothing to show."""
    instance = records[name].instance if name else None
    number = instance.number if instance else 0
    try:
        title = lane.title.format(number=number, record=name)
    except (KeyError, IndexError, ValueError) as error:
        raise BadFileError(f"lane {lane.title!r}: its title asks for {error}") from None
    states = [run.initial_state, *(step.state for step in run.steps)]
    if isinstance(lane.shows, Marks):
        marks = _marks(case, run, lane.shows, lane.of, None if instance is None else number)
        return Row(title, "", "marks", (None, *marks)) if any(marks) else None
    if isinstance(lane.shows, Phases):
        return Row(title, "", "phases", tuple(_phase(lane.shows, s[name]) for s in states))
    field = lane.shows.field
    if field not in states[0][name]:
        return None
    unit = records[name].fields[field].unit
    return Row(title, unit, "values", tuple(_value(s, name, field) for s in states))


def _value(state: Snapshot, name: str, field: str) -> Cell:
    value = int(state[name][field])
    return Cell(spelled(value), s64(value))


def _phase(shows: Phases, fields: Mapping[str, int | bool]) -> Cell | None:
    """The first phase that fits the fields of a record."""
    for phase in shows.phases:
        if all(fields.get(name) == value for name, value in phase.when.items()):
            try:
                return Cell(phase.label.format(**fields), tone=phase.tone)
            except (KeyError, IndexError, ValueError) as error:
                raise BadFileError(f"phase {phase.label!r}: its label asks for {error}") from None
    return None


def _marks(case: Case, run: Run, shows: Marks, kind: str, number: int | None) -> list[Cell | None]:
    """For each step the mark of what it let an observer see, where the instance took part in it."""
    found: list[Cell | None] = []
    last = None
    for step in run.steps:
        mine = number is None or (kind, number) in zip(
            case.machine().kinds(step.call), step.call.args, strict=True
        )
        seen = step.observed
        found.append(_mark(shows, seen, last) if mine and seen is not None else None)
        last = last if seen is None else seen
    return found


def _mark(shows: Marks, seen: Any, last: Any) -> Cell:
    if not shows.level:
        return Cell(seen.told(last), 0)
    level = getattr(seen, shows.level, None)
    if not isinstance(level, int):
        raise BadFileError(
            f"marks by {shows.level!r}: {type(seen).__name__} has no such attribute, or no integer"
        )
    return Cell(seen.told(last), s64(level))


def _scaled(own: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The same rows with levels from 0 to 1, by the rank of a value among all of theirs."""
    cells = [cell for _, row in own for cell in row.cells if cell is not None]
    ranks = {level: rank for rank, level in enumerate(sorted({cell.level for cell in cells}))}
    top = len(ranks) - 1

    def scaled(cell: Cell | None) -> Cell | None:
        return cell and replace(cell, level=ranks[cell.level] / top if top else 0.5)

    return [(name, replace(row, cells=tuple(map(scaled, row.cells)))) for name, row in own]
