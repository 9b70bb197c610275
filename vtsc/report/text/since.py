"""The report of which cells of a manifest a change can affect: a line for each of them."""

from collections.abc import Mapping

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.report.text.parameters import changed
from vtsc.report.text.wrapping import folded, wrapped


def told(content: Content, affected: Mapping[Cell, str], number: int, since: str) -> str:
    """The whole text; its last line says how many cells there are. ``affected``: each with the reason."""
    lines = []
    for cell, why in affected.items():
        own = changed(content, cell.design, cell.property, cell.settings)
        words = [cell.design, cell.host, cell.property, *(f"{k}={v}" for k, v in own.items())]
        lines += wrapped(f"{' '.join(words)}: {why}", "  ")
    cells = f"{number} cell{'s' * (number != 1)}"
    total = f"{len(affected)} of {cells} can be affected by what changed since {since}"
    return folded("\n".join([*lines, *([""] if lines else []), *wrapped(total, "  ")]) + "\n")
