"""The question between which two neighbouring values of a parameter a property changes.

The tree keeps the evidence of the two values. With ``--again`` the range is searched, as ``vtsc threshold``
does it, and the change has to be found there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.claims.claim import Answer, Asking, Kept
from questions.claims.kinds import cells
from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import BadFileError, UsageError
from vtsc.content.cell_tables import CELLS, CellTable
from vtsc.content.cells import Cell
from vtsc.content.expected import HOLDS
from vtsc.deciding.threshold import Grid, grid, threshold
from vtsc.deciding.verdict import Result

WORDS = ("changes", "does not change")
EXPECTED = (HOLDS, "violation")
"""What ``expect`` may be besides a depth, and of what the depth is."""
KEYS = (*CELLS, "depth", "expect", "parameter", "within", "step", "holds", "fails")
TEXTS = ("parameter", "within", "holds", "fails")
"""The keys whose values are texts and have to be there."""


@dataclass(frozen=True)
class Change:
    """The question whether a property holds at one value of a parameter, and fails at its neighbour."""

    grid: Grid
    holds: Kept
    fails: Kept
    expected: bool = True

    @property
    def batch(self) -> "Change":
        """With ``--again`` a range is searched, each in a process of its own."""
        return self

    @property
    def kept(self) -> Sequence[Kept]:
        """The cells on both sides."""
        return (self.holds, self.fails)

    def answer(self, asking: Asking) -> Answer:
        """Whether it does, with the evidence on both sides."""
        content = asking.content
        both = cells.sides(asking, self.kept, lambda: self._is_found(asking))
        name = self.grid.parameter.name
        good, bad = (str(kept.cell.settings.texts()[name]) for kept in self.kept)
        verdicts = [one.result.text for one in both.found]
        return Answer(
            both.outcome,
            f"{name}={good} {verdicts[0]}, {name}={bad} {verdicts[1]}",
            both.status,
            both.evidence(content),
            {**both.numbers(content), "holds": good, "fails": bad},
            {
                "parameter": name,
                "holds_at": good,
                "fails_at": bad,
                "cells": both.documents(content),
            },
        )

    def _is_found(self, asking: Asking) -> bool:
        """Whether a search of the range finds the change."""
        cell, name = self.holds.cell, self.grid.parameter.name

        def decide(texts: Sequence[int | str]) -> Sequence[Result]:
            asked = [_at(asking, cell, name, str(text)) for text in texts]
            return asking.decide(asked, self.holds.depth)

        found = threshold(self.grid, decide)
        pairs = [{self._value(n) for n in change} for change in found.changes]
        values = {str(kept.cell.settings.texts()[name]) for kept in self.kept}
        return values in pairs

    def _value(self, number: int) -> str:
        return str(self.grid.text(number))


def _at(asking: Asking, cell: Cell, name: str, text: str) -> Cell:
    """A cell with another value of one parameter."""
    given = {k: str(v) for k, v in cell.settings.texts().items()}
    settings = asking.content.model.check(cell.design, {**given, name: text})
    return Cell(cell.design, cell.host, cell.property, settings)


def read(table: CellTable, source: Mapping[str, Any]) -> Change:
    """The question of a table; raises `BadFileError` for a mistake in it."""
    for key in TEXTS:
        if not isinstance(source.get(key), str):
            raise table.fail(key, f"{key}: expected a text")
    name, step = source["parameter"], source.get("step")
    parameters = table.content.model.parameters
    if name not in parameters:
        raise table.fail("parameter", f"unknown parameter {name}")
    try:
        values = grid(parameters[name], source["within"], step)
        sides = [_side(table, name, source[side]) for side in ("holds", "fails")]
    except UsageError as error:
        raise table.fail("within", str(error)) from None
    ends = [parameters[name].parse(source[side]) for side in ("holds", "fails")]
    if None in ends or abs(ends[0] - ends[1]) != values.step:
        raise table.fail("fails", f"fails: expected a value {values.apart} from {source['holds']}")
    depth, expect = source.get("depth", DEFAULT_DEPTH), source.get("expect")
    if not isinstance(expect, int):
        raise table.fail(
            "expect", f"expect: expected the depth of the violation at {name}={source['fails']}"
        )
    return Change(values, Kept(sides[0], depth, HOLDS), Kept(sides[1], depth, str(expect)))


def _side(table: CellTable, name: str, text: str) -> Cell:
    """The only cell of a table at a value of the parameter; raises `BadFileError` where there are several."""
    cells_there = list(table.at(name, text).cells())
    if len(cells_there) != 1:
        raise BadFileError(str(table.fail(None, "a threshold is of one cell")))
    return cells_there[0]
