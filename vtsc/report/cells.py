"""The full report of each cell, in a folder: a file for ``vtsc show``, and the report's text."""

import json
from collections.abc import Sequence
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.questions import Answered
from vtsc.deciding.verdict import Result
from vtsc.report.screen import columns
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.proof import proof


def save_reports(
    content: Content, results: Sequence[Result], folder: Path
) -> tuple[dict[Cell, str], UsageError | None]:
    """Write the reports; returns the files that ``vtsc show`` can print, and the first error in writing.

    The file of a violated cell is its trace, that of a proved one its certificate's manifest; each has a text
    beside it. Of other cells there is the text alone. Nothing more is written after the first error.
    """
    saved: dict[Cell, str] = {}
    try:
        for result in results:
            path = folder / f"{_name(content, result.cell)}.json"
            if _save(result, path):
                saved[result.cell] = path.as_posix()
            with columns():
                write_whole(path.with_name(f"{path.stem}.txt"), _text(content, result))
    except UsageError as error:
        return saved, error
    return saved, None


def save_answers(answered: Sequence[Answered], folder: Path) -> None:
    """Write the answers to other questions in full, a file each; raises `UsageError` where that fails."""
    for each in answered:
        name = f"{each.question.kind}.{each.question.name}".replace("/", "-").replace(" ", ".")
        write_whole(folder / f"{name}.txt", each.answer.told or f"{each.answer.reason}\n")


def _save(result: Result, path: Path) -> bool:
    """Write the part of a result that ``vtsc show`` can print; returns whether there is one."""
    if result.trace is not None:
        result.trace.save(path)
    elif result.certificate is not None:
        write_whole(path, json.dumps(result.certificate.evidence().manifest(), indent=1) + "\n")
    else:
        return False
    return True


def _name(content: Content, cell: Cell) -> str:
    """A file's name: the cell, with the parameters that differ from its defaults."""
    changed = content.changed(cell.design, cell.property, cell.settings)
    own = "".join(f".{name}={str(value).replace('/', '-')}" for name, value in changed.items())
    return f"{cell.design}.{cell.host}.{cell.property}{own}"


def _text(content: Content, result: Result) -> str:
    if result.trace is not None and result.run is not None:
        return counterexample(
            content, result.trace, result.run, result.searched, True, result.doubt
        )
    if result.certificate is not None:
        found = result.certificate
        return proof(content, found.evidence().manifest(), everything=True, only=found.only)
    cell = result.cell
    return (
        f"{cell.design} {cell.host} {cell.property}: {result.text} {result.reason}".strip() + "\n"
    )
