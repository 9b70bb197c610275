"""The formats in which verdicts are reported, one module each, and the data that each of them is given."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from vtsc.base.errors import UsageError
from vtsc.report.screen import columns

if TYPE_CHECKING:  # declaring what formats there are should load none of these
    from vtsc.content.cells import Cell
    from vtsc.content.content import Content
    from vtsc.deciding.verdict import Judged

FORMATS: Mapping[str, str] = {
    "text": "vtsc.report.text.verdicts",
    "json": "vtsc.report.json_document",
    "junit": "vtsc.report.junit",
    "sarif": "vtsc.report.sarif",
}
"""Each format's module, whose ``report`` makes the text of a `Report`."""
NEEDS: Mapping[str, str] = {"sarif": "sarif_pydantic"}
"""The package that a format needs and vtsc does not; the extra of the format's name installs it."""


def check_available(name: str) -> None:
    """Raise `UsageError` where a format needs a package that is not installed."""
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        package = NEEDS[name].replace("_", "-")
        raise UsageError(f"--format {name} needs {package}: install vtsc[{name}]")


@dataclass(frozen=True)
class Gate:
    """The parts of a report of all cells of a manifest besides their verdicts."""

    file: str
    """The path of the manifest."""
    shown: "Cell | None"
    """The cell whose counterexample is reported in full."""
    saved: "Mapping[Cell, str]"
    """The file with the full report of each cell."""


@dataclass(frozen=True)
class Report:
    """Verdicts to be reported, and what of them is to be told."""

    content: "Content"
    verdicts: "Sequence[Judged]"
    depth: int = 0
    """The depth of the search."""
    everything: bool = False
    """Whether parameters that have their defaults are told, and every "sometimes"."""
    proofs: bool = False
    """Whether the lemmas of each proof are told."""
    bounded: bool = False
    """Whether no proof was asked for."""
    failed_inductions: bool = False
    """Whether the failed inductions of undecided cells are told."""
    gate: Gate | None = None
    """Set where the verdicts are those of a manifest: the text is brief."""


def written(name: str, report: Report) -> str:
    """The report in the format of that name."""
    write: Callable[[Report], str] = import_module(FORMATS[name]).report
    with nullcontext() if name == "text" else columns():
        return write(report)
