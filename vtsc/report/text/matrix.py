"""The matrix of designs against properties for each host."""

from collections.abc import Sequence
from typing import Any

from vtsc.content.content import Content
from vtsc.deciding.verdict import Result, Status
from vtsc.report.screen import rendered


def matrix(content: Content, results: Sequence[Result]) -> str:
    """A table for each host and set of parameters that differ from the defaults."""
    blocks: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        cell = result.cell
        changed = content.changed(cell.design, cell.property, cell.settings)
        key = (cell.host, " ".join(f"{k}={v}" for k, v in changed.items()))
        blocks.setdefault(key, []).append(result)
    return "\n".join(_block(host, changed, found) for (host, changed), found in blocks.items())


def _block(host: str, changed: str, results: list[Result]) -> str:
    from rich import box
    from rich.table import Table

    properties = list(dict.fromkeys(r.cell.property for r in results))
    designs = list(dict.fromkeys(r.cell.design for r in results))
    table = Table(box=box.ASCII, show_edge=False, pad_edge=False)
    table.add_column("design", no_wrap=True)
    for name in properties:
        table.add_column(name, no_wrap=True)
    verdicts = {(r.cell.design, r.cell.property): r for r in results}
    for design in designs:
        row = [_mark(verdicts.get((design, name))) for name in properties]
        table.add_row(design, *row)
    title = f"host {host}" + (f", {changed}" if changed else "")
    return f"{title}\n{rendered(table)}"


def _mark(result: Result | None) -> Any:
    from rich.text import Text

    if result is None:
        return Text("-")
    good = result.status in (Status.PROVED, Status.BOUNDED)
    return Text(result.text, style="green" if good else "red")
