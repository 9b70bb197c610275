"""``vtsc gate --update``: prints how the expected verdicts would change, and with ``--write`` changes them.

Verdicts that the manifest states are changed in it, where comments and layout stay; those that a property's
table states are printed, to be changed by hand.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from vtsc.base.errors import Exit, worst
from vtsc.base.files import write_whole
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS, changed_table, file_of
from vtsc.content.manifest import Check, Manifest
from vtsc.content.manifest_edit import edited
from vtsc.deciding.verdict import Judged, Result, Status
from vtsc.report.screen import say
from vtsc.report.text.wrapping import folded


def update(
    content: Content, manifest: Manifest, verdicts: Sequence[Judged], path: Path, *, write: bool
) -> Exit:
    """Print what would change, and change the manifest if ``write``.

    Returns 0 where nothing is left to be changed, else the status of the cells that are not as expected.
    """
    stated = {v.result.cell: _stated(v.result) for v in verdicts if not v.wanted or not v.expected}
    new = {cell: verdict for cell, verdict in stated.items() if verdict is not None}
    listed = [c for c in manifest.checks if c.cell in new and c.own]
    lines = [*_in_manifest(content, manifest, listed, new), *_in_tables(content, listed, new)]
    undecided = [v.result for v in verdicts if v.result.cell in stated.keys() - new.keys()]
    lines += [f"{_name(content, r.cell)}: {r.text}, not decided" for r in undecided]
    written = bool(write and listed)
    if written:
        text = path.read_text(encoding="utf-8")
        verdicts_of = {c.cell: new[c.cell] for c in listed}
        folder = path.parent.resolve()
        files = {own.name: os.path.relpath(own.path, folder) for own in content.others}
        write_whole(path, edited(text, manifest.checks, verdicts_of, files))
        lines.append(f"{manifest.file} was written")
    elif new:
        lines.append("nothing was written")
    say(folded("\n".join(lines or ["every verdict is as expected"])))
    done = {c.cell for c in listed} if written else set()
    return worst([v.status for v in verdicts if v.result.cell not in done])


def _stated(result: Result) -> str | None:
    """A verdict as it is stated; None where the cell is not decided."""
    if result.status is Status.VIOLATED:
        return str(result.depth)
    return HOLDS if result.status is Status.PROVED else None


def _name(content: Content, cell: Cell) -> str:
    changed = content.changed(cell.design, cell.property, cell.settings)
    own = "".join(f" {k}={v}" for k, v in changed.items())
    return f"{cell.design} {cell.host} {cell.property}{own}"


def _in_manifest(
    content: Content, manifest: Manifest, listed: Sequence[Check], new: Mapping[Cell, str]
) -> Iterator[str]:
    """The changes of the manifest, cell by cell."""
    for check in listed:
        yield f"{manifest.file}:{check.line}: {_name(content, check.cell)}"
        if check.expected is not None:
            yield f"-expect = {_toml(check.expected)}"
        yield f"+expect = {_toml(new[check.cell])}"


def _toml(verdict: str) -> str:
    return f'"{verdict}"' if verdict == HOLDS else verdict


def _in_tables(content: Content, listed: Sequence[Check], new: Mapping[Cell, str]) -> Iterator[str]:
    """The changes of the tables in the properties' files, line by line."""
    elsewhere = new.keys() - {check.cell for check in listed}
    for name, prop in content.properties.items():
        cells = {
            (c.design, c.host): v for c, v in new.items() if c in elsewhere and c.property == name
        }
        if cells:
            yield f"{file_of(content, name)}: expected, to be changed by hand"
            before = [x for x in prop.expected.splitlines() if x.strip()]
            after = changed_table(prop.expected, cells).splitlines()
            diff = list(unified_diff(before, after, lineterm="", n=0))
            yield from (line for line in diff[2:] if not line.startswith("@@"))
