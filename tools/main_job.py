"""The cells whose evidence the tree keeps, with the verdicts expected of them, and how they are decided.

They are those of the main job and those of the claims.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from questions.claims.reading import kept_cells
from vtsc import DEFAULT_DEPTH
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.manifest import NAME, load_manifest
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.verdict import Result
from vtsc.engines import Effort

ROOT = Path(__file__).resolve().parents[1]


def expected(content: Content) -> dict[Cell, str]:
    """Every cell of the main job and of the claims, with ``holds`` or the depth of its counterexample."""
    found = kept_cells(content)
    for check in load_manifest(content, ROOT / NAME).checks:
        if check.expected is None:
            sys.exit(
                f"{check.cell.design} {check.cell.host} {check.cell.property}: no verdict is expected"
            )
        found[check.cell] = check.expected
    return found


def decided(content: Content, wanted: Callable[[str], bool]) -> list[Result]:
    """The results of the cells whose expected verdict is wanted, in order, on all cores.

    Ends the program where a result is not as expected.
    """
    cells = {cell: verdict for cell, verdict in expected(content).items() if wanted(verdict)}
    cases: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        cases.setdefault((cell.design, cell.host, cell.settings), []).append(cell)

    asked = [
        Asked(
            Case.of(content, group[0]),
            tuple(cell.property for cell in group),
            DEFAULT_DEPTH,
            frozenset(cell.property for cell in group if cells[cell] != HOLDS),
        )
        for group in cases.values()
    ]
    schedule = Schedule(asked, Effort.ALL)
    results = [r for found in schedule.results(lambda done, total: done) for r in found]
    for result in results:
        verdict, cell = cells[result.cell], result.cell
        if result.text != ("PROVED" if verdict == HOLDS else f"VIOLATED({verdict})"):
            what = f"{cell.design} {cell.host} {cell.property}: {result.text} {result.reason}"
            sys.exit(f"{what.rstrip()}, expected: {verdict}")
    return results
