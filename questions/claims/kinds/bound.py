"""The question whether a measure has exactly some greatest value in all runs of a cell.

Two cells answer it: that the measure is at most the value is proved, and that it is at most one less is
violated, in a run of the depth that is expected. The tree keeps the evidence of both. With ``--again`` the
value is searched for, as ``vtsc bound`` does it, and has to be found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from questions.claims.claim import Answer, Asking, Kept
from questions.claims.kinds import cells
from vtsc import DEFAULT_DEPTH
from vtsc.content.case import Case
from vtsc.content.cell_tables import CELLS, CellTable
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.language.measures import named
from vtsc.report.bounds import amount

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
        both = cells.sides(asking, self.kept, lambda: self._is_found(asking))
        told = amount(Fraction(self.value) / self._parts(content), self.unit)
        most, less = (one.result.text for one in both.found)
        return Answer(
            both.outcome,
            f"{self.measure} at most {told}: {most}, less: {less}",
            both.status,
            both.evidence(content),
            {**both.numbers(content), "bound": told},
            {
                "measure": self.measure,
                "bound": told,
                "cells": both.documents(content),
            },
        )

    def _parts(self, content: Content) -> int | Fraction:
        """How many parts, in which the value counts, make one unit."""
        measure = content.properties[self.cell.property].measure
        assert measure is not None
        return measure.per_unit(Case.of(content, self.cell).machine())

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
