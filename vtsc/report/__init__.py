"""The formats in which verdicts are reported, one module each, and the data that each of them is given."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from vtsc.base.errors import UsageError
from vtsc.base.plugins import FORMATS as PLUGGED
from vtsc.base.plugins import plug_in
from vtsc.report.screen import columns

if TYPE_CHECKING:  # declaring what formats there are should load none of these
    from vtsc.content.cells import Cell
    from vtsc.content.content import Content
    from vtsc.content.manifest import Check
    from vtsc.content.questions import Answered
    from vtsc.deciding.verdict import Judged

FORMATS: Mapping[str, str] = {
    "text": "vtsc.report.text.verdicts",
    "json": "vtsc.report.json_document",
    "junit": "vtsc.report.junit",
    "sarif": "vtsc.report.sarif",
    "ktap": "vtsc.report.ktap",
    "jsonl": "vtsc.report.json_lines",
    "markdown": "vtsc.report.markdown",
}
"""Each format's module, whose ``report`` makes the text of a `Report`; plug-ins may add others."""
LIVE = ("jsonl",)
"""Formats whose module has `Live` besides, which writes lines while cells are decided."""
NEEDS: Mapping[str, str] = {"sarif": "sarif_pydantic"}
"""The package that a format needs and vtsc does not; the extra of the format's name installs it."""


def check_available(name: str) -> None:
    """Raise `UsageError` where there is no such format, or one that needs what is not installed."""
    if name not in FORMATS:
        plug_in(PLUGGED, name, "--format", [*FORMATS]).load(["report"])
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
    answered: "Sequence[Answered]" = ()
    """What the manifest asks besides cells, with the answers."""
    skipped: "Sequence[Check]" = ()
    """The cells that it lists and that are not decided."""


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
    if name not in FORMATS:
        return _plugged(name, report)
    write: Callable[[Report], str] = import_module(FORMATS[name]).report
    with nullcontext() if name == "text" else columns():
        return write(report)


def _plugged(name: str, report: Report) -> str:
    """The report that a plug-in makes; raises `UsageError` where it fails."""
    found = plug_in(PLUGGED, name, "--format", [*FORMATS])
    module = found.load(["report"])
    try:
        with columns():
            text = module.report(report)
    except Exception as error:  # a plug-in may do anything
        raise found.failed(error) from None
    if not isinstance(text, str):
        raise UsageError(f"{found.what}: report() returns no text")
    return text
