"""Blocks of text, and the columns of tables, side by side as far as the screen is wide enough."""

from collections.abc import Iterator, Sequence

from vtsc.report.screen import width

GAP = "   "


def beside(blocks: Sequence[list[str]]) -> Iterator[list[str]]:
    """The blocks in their order, as many beside each other as fit."""
    row: list[list[str]] = []
    for block in blocks:
        if row and _width([*row, block]) > width():
            yield _joined(row)
            row = []
        row.append(block)
    if row:
        yield _joined(row)


def _widths(row: Sequence[list[str]]) -> list[int]:
    return [max(map(len, block)) for block in row]


def _width(row: Sequence[list[str]]) -> int:
    return sum(_widths(row)) + len(GAP) * (len(row) - 1)


def _joined(row: Sequence[list[str]]) -> list[str]:
    """The blocks of one row, the shorter ones filled up."""
    height = max(map(len, row))
    filled = [
        [line.ljust(size) for line in [*block, *[""] * (height - len(block))]]
        for block, size in zip(row, _widths(row), strict=True)
    ]
    return [GAP.join(parts).rstrip() for parts in zip(*filled, strict=True)]


def fitting(first: int, widths: Sequence[int], gap: int) -> list[range]:
    """The columns of a table in groups, each of which fits beside the first column, which stands before each.

    ``first`` and ``widths`` are the columns' widths, ``gap`` is what stands between two. A group has at least
    one column.
    """
    groups: list[range] = []
    start, used = 0, first
    for i, each in enumerate(widths):
        if i > start and used + gap + each > width():
            groups.append(range(start, i))
            start, used = i, first
        used += gap + each
    return [*groups, range(start, len(widths))]
