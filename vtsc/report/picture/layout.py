"""Where everything in a picture stands: columns for steps, rows for lanes, in strips that fit a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from vtsc.report.picture.lanes import Cell, Row
from vtsc.report.picture.scene import Scene

CHARACTER = 6.7
"""The width of a character of the pictures' type, which is 11 pixels high and of fixed width."""
PADDING = 12
NARROWEST, WIDEST = 34, 380
FULL = 940
"""The width of a strip without its titles, at most."""
HEADER, GAP, BOTTOM = 52, 26, 6
HEIGHTS = {"values": 52, "phases": 30, "marks": 52}


@dataclass(frozen=True)
class Column:
    """The place of a step in its strip."""

    number: int
    x: float
    width: float

    @property
    def end(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """Its centre."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Strip:
    """Consecutive steps with all rows below them; ``tops`` has the upper edge of each row."""

    top: float
    height: float
    columns: tuple[Column, ...]
    tops: tuple[float, ...]

    @property
    def end(self) -> float:
        """Its right edge."""
        return self.columns[-1].end

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True)
class Layout:
    """The size of a picture, the width of its titles at the left, and its strips from top to bottom."""

    width: float
    height: float
    titles: float
    strips: tuple[Strip, ...]


@dataclass(frozen=True)
class Span:
    """Consecutive columns of a strip in which a row shows the same cell."""

    cell: Cell
    x: float
    width: float


def layout(scene: Scene) -> Layout:
    """The places of a scene's parts, the upper left corner at (0, 0)."""
    titles = max([width_of(row.title) for row in scene.rows], default=0)
    natural = natural_widths(scene)
    tops, height = _tops(scene.rows)
    strips, top = [], 0.0
    for numbers in balanced(widened(scene.rows, range(len(natural)), natural)):
        columns, x = [], titles
        widths = widened(scene.rows, numbers, natural)
        for number, width in zip(numbers, widths, strict=True):
            columns.append(Column(number, x, width))
            x += width
        strips.append(Strip(top, height, tuple(columns), tuple(top + t for t in tops)))
        top += height + GAP
    full = max(strip.end for strip in strips) + 1
    return Layout(full, top - GAP, titles, tuple(strips))


def width_of(text: str) -> float:
    """The room that a text needs."""
    return len(text) * CHARACTER + PADDING


def shortened(text: str, width: float) -> str:
    """A text, cut where it has no room in a width."""
    room = int((width - PADDING) / CHARACTER + 0.01)
    return text if len(text) <= room else text[: max(room - 1, 1)] + "…"


def natural_widths(scene: Scene) -> list[float]:
    """For each step the width that its header and its marks ask for."""
    found = []
    for moment in scene.moments:
        texts = [moment.action, scene.note(moment.number)]
        cells = [row.cells[moment.number] for row in scene.rows if row.shape == "marks"]
        texts += [cell.text for cell in cells if cell is not None]
        asked = max(width_of(text) for text in texts)
        found.append(min(max(asked, NARROWEST), WIDEST))
    return found


def widened(rows: Sequence[Row], numbers: Sequence[int], natural: Sequence[float]) -> list[float]:
    """The widths of consecutive steps, where each phase and each value that lasts has room for its text.

    Where it has not, the last step that it lasts is made wider.
    """
    found = {number: natural[number] for number in numbers}
    for row in rows:
        if row.shape == "marks":
            continue
        for cell, members in joined(row, numbers):
            lack = min(width_of(cell.text), WIDEST) - sum(found[i] for i in members)
            found[members[-1]] += max(lack, 0)
    return list(found.values())


def joined(row: Row, numbers: Iterable[int]) -> list[tuple[Cell, list[int]]]:
    """The cells of a row with the steps of each, equal neighbours joined; nothing where there is none."""
    groups = groupby(numbers, key=lambda number: row.cells[number])
    return [(cell, list(members)) for cell, members in groups if cell is not None]


def balanced(widths: Sequence[float]) -> list[list[int]]:
    """The numbers of the steps in strips: as few as fit, and then as equal as they can be."""
    fewest = len(packed(widths, FULL))
    target = sum(widths) / fewest
    while target < FULL and len(packed(widths, target)) > fewest:
        target += PADDING
    return packed(widths, min(target, FULL))


def packed(widths: Sequence[float], full: float) -> list[list[int]]:
    """The numbers of the steps in strips no wider than ``full``, except for a single step that is."""
    found: list[list[int]] = [[]]
    room = full
    for number, width in enumerate(widths):
        if found[-1] and width > room + 1e-6:
            found.append([])
            room = full
        found[-1].append(number)
        room -= width
    return found


def _tops(rows: Sequence[Row]) -> tuple[list[float], float]:
    """The upper edges of the rows of a strip that begins at 0, and its height."""
    tops, y = [], float(HEADER)
    for row in rows:
        tops.append(y)
        y += HEIGHTS[row.shape]
    return tops, y + BOTTOM


def spans(row: Row, strip: Strip) -> list[Span]:
    """The cells of a row in a strip, equal neighbours joined."""
    by_number = {column.number: column for column in strip.columns}
    return [
        Span(cell, by_number[members[0]].x, by_number[members[-1]].end - by_number[members[0]].x)
        for cell, members in joined(row, by_number)
    ]
