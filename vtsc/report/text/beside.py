"""Blocks of text side by side, as far as the screen is wide enough."""

from collections.abc import Iterator, Sequence

from vtsc.report.screen import WIDTH

GAP = "   "


def beside(blocks: Sequence[list[str]]) -> Iterator[list[str]]:
    """The blocks in their order, as many beside each other as fit."""
    row: list[list[str]] = []
    for block in blocks:
        if row and _width([*row, block]) > WIDTH:
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
        [line.ljust(width) for line in [*block, *[""] * (height - len(block))]]
        for block, width in zip(row, _widths(row), strict=True)
    ]
    return [GAP.join(parts).rstrip() for parts in zip(*filled, strict=True)]
