"""The question whether a measure has exactly some greatest value in all runs of a cell.

Two cells answer it: that the measure is at most the value is proved, and that it is at most one less is
violated, in a run of the depth that is expected. The tree keeps the evidence of both. With ``--again`` the
value is searched for, as ``vtsc bound`` does it, and has to be found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from questions.claims.claim import Answer, Asking, Kept
from questions.claims.kinds import cells
from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import Exit, worst
from vtsc.content.case import Case
from vtsc.content.cell_tables import CELLS, CellTable
from vtsc.content.cells import Cell
from vtsc.content.expected import HOLDS
from vtsc.language.measures import named

WORDS = ("exact", "not exact")
EXPECTED = (HOLDS, "run that has the bound")
"""Of what the depth is that ``expect`` has to be."""
KEYS = (*CELLS, "depth", "expect", "bound")


@dataclass(frozen=True)
class Bound:
    """The question whether ``value``, in parts of the measure's unit, is the greatest of a cell."""

    cell: Cell
    value: int
    measure: str
    unit: str
    kept: tuple[Kept, ...]
    expected: bool = True

    @property
    def batch(self) -> "Bound":
        """With ``--again`` a search is made, each in a process of its own."""
        return self

    def answer(self, asking: Asking) -> Answer:
        """Whether it is, with the run that has the value and the proof that none has more."""
        content = asking.content
        found = [cells.judged(kept, asking.result(kept.cell)) for kept in self.kept]
        sides = [cells.holds([one.result]) for one in found]
        outcome = None if None in sides else sides == [True, False]
        statuses = [one.status for one in found]
        if asking.again and not self._is_found(asking):
            outcome = False
            statuses.append(Exit.NOT_FOUND)
        amount = f"{self.value} {self.unit}"
        return Answer(
            outcome,
            f"{self.measure} at most {amount}: {found[0].result.text}, less: {found[1].result.text}",
            worst(statuses),
            tuple(cells.evidence(content, one) for one in found),
            {**cells.numbers(content, found[1].result), "bound": amount},
            {
                "measure": self.measure,
                "bound": self.value,
                "unit": self.unit,
                "cells": [cells.document(content, one) for one in found],
            },
        )

    def _is_found(self, asking: Asking) -> bool:
        """Whether a search finds the value, and that it is exact."""
        from vtsc.deciding.bound import Kind, bound

        found = bound((Case.of(asking.content, self.cell), self.cell.property, 1), DEFAULT_DEPTH)
        return found.kind is Kind.EXACT and found.value == self.value


def read(table: CellTable, source: Mapping[str, Any]) -> Bound:
    """The question of a table; raises `BadFileError` for a mistake in it."""
    value, expect = source.get("bound"), source.get("expect")
    found = list(table.cells())
    if len(found) != 1:
        raise table.fail(None, "a bound is of one cell")
    (cell,) = found
    measure = table.content.properties[cell.property].measure
    if measure is None:
        raise table.fail("property", f"{cell.property} has no measure")
    if not isinstance(value, int) or isinstance(value, bool):
        raise table.fail("bound", "bound: expected a whole number")
    if not isinstance(expect, int) or isinstance(expect, bool):
        raise table.fail("expect", "expect: expected the depth of a run that has the bound")
    depth = source.get("depth", DEFAULT_DEPTH)
    limits = ((value, HOLDS), (value - 1, str(expect)))
    kept = [Kept(replace(cell, property=named(cell.property, n)), depth, x) for n, x in limits]
    return Bound(cell, value, measure.name, measure.units, tuple(kept))
