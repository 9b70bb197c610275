"""What the results of a manifest's cells mean, each compared with what is expected of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vtsc.base.errors import Exit
from vtsc.content.cells import Cell
from vtsc.content.manifest import Manifest
from vtsc.deciding.verdict import Judged, Result, Status, status_of


def judged(manifest: Manifest, results: Mapping[Cell, Result]) -> list[Judged]:
    """The results in the manifest's order; where a violation is missing, with what is violated instead."""
    found = [
        Judged(
            results[check.cell],
            check.expected,
            status_of(results[check.cell], expected=check.expected, bounded=False),
            check.because,
        )
        for check in manifest.checks
    ]
    return [_with_others(each, found) for each in found]


def _with_others(judged: Judged, every: Sequence[Judged]) -> Judged:
    """The verdict with the unexpected violations of the same design on the same host."""
    if judged.status is not Exit.NOT_FOUND:
        return judged
    cell = judged.result.cell
    others = [
        f"{other.result.cell.property} is violated in step {other.result.depth}"
        for other in every
        if other.result.status is Status.VIOLATED
        and not other.wanted
        and (other.result.cell.design, other.result.cell.host) == (cell.design, cell.host)
    ]
    return replace(judged, instead=f"instead {' and '.join(others)}") if others else judged
