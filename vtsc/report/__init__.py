"""The formats in which verdicts are reported: one module each, and what each of them is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # declaring what formats there are should load none of these
    from vtsc.content.cells import Cell
    from vtsc.content.content import Content
    from vtsc.deciding.verdict import Judged

FORMATS: Mapping[str, str] = {
    "text": "vtsc.report.text.verdicts",
    "json": "vtsc.report.json_document",
    "junit": "vtsc.report.junit",
}
"""Each format's module, whose ``report`` makes the text of a `Report`."""


@dataclass(frozen=True)
class Gate:
    """What a report of all cells of a manifest says besides their verdicts."""

    file: str
    """The manifest."""
    shown: "Cell | None"
    """The cell whose counterexample is reported in full."""
    saved: "Mapping[Cell, str]"
    """Where the full report of each cell lies."""


@dataclass(frozen=True)
class Report:
    """Verdicts to be reported, and what of them is asked for."""

    content: "Content"
    verdicts: "Sequence[Judged]"
    depth: int = 0
    """How deep was searched."""
    everything: bool = False
    """Whether parameters that have their defaults are told, and every "sometimes"."""
    proofs: bool = False
    """Whether the lemmas of each proof are told."""
    failed_inductions: bool = False
    """Whether it is told why lemmas do not prove what is undecided."""
    gate: Gate | None = None
    """Set where the verdicts are those of a manifest: the text is brief."""


def written(name: str, report: Report) -> str:
    """The report in the format of that name."""
    write: Callable[[Report], str] = import_module(FORMATS[name]).report
    return write(report)
