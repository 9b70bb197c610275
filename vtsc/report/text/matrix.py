"""The matrix of designs against properties for each host."""

from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.content.content import Content
from vtsc.deciding.verdict import Result, Status
from vtsc.report.screen import rendered
from vtsc.report.text.beside import fitting
from vtsc.report.text.wrapping import hanging

DESIGN = "design"
BETWEEN = " | "
"""What stands between two columns of a table."""


def matrix(content: Content, results: Sequence[Result]) -> str:
    """A table for each host and set of parameters that differ from the defaults, or several narrow ones."""
    blocks: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        cell = result.cell
        changed = content.changed(cell.design, cell.property, cell.settings)
        key = (cell.host, " ".join(f"{k}={v}" for k, v in changed.items()))
        blocks.setdefault(key, []).append(result)
    return "\n".join(_block(host, changed, found) for (host, changed), found in blocks.items())


def _block(host: str, changed: str, results: list[Result]) -> str:
    properties = list(dict.fromkeys(r.cell.property for r in results))
    designs = list(dict.fromkeys(r.cell.design for r in results))
    entries = {(r.cell.design, r.cell.property): r for r in results}
    widths = [
        max(len(name), *(len(r.text) for r in results if r.cell.property == name))
        for name in properties
    ]
    first = max(map(len, [DESIGN, *designs]))
    tables = [
        _table(designs, [properties[i] for i in group], entries)
        for group in fitting(first, widths, len(BETWEEN))
    ]
    title = hanging(f"host {host}" + (f", {changed}" if changed else ""))
    return "\n".join([*title, "\n".join(tables)])


def _table(
    designs: Sequence[str], properties: Sequence[str], entries: Mapping[tuple[str, str], Result]
) -> str:
    """A table with some of the properties."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.ASCII, show_edge=False, pad_edge=False)
    for name in (DESIGN, *properties):
        table.add_column(name, no_wrap=True)
    for design in designs:
        table.add_row(design, *(_mark(entries.get((design, name))) for name in properties))
    return rendered(table)


def _mark(result: Result | None) -> Any:
    from rich.text import Text

    if result is None:
        return Text("-")
    good = result.status in (Status.PROVED, Status.BOUNDED)
    return Text(result.text, style="green" if good else "red")
