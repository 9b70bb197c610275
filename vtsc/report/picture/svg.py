"""A scene as SVG: the lanes alone for a page, or with title and story for a document."""

from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree

from vtsc.report.picture.lanes import Cell, Row
from vtsc.report.picture.layout import (
    CHARACTER,
    HEIGHTS,
    PADDING,
    Column,
    Layout,
    Strip,
    layout,
    shortened,
    spans,
)
from vtsc.report.picture.markup import Element, add, element
from vtsc.report.picture.scene import Scene

MARGIN, LINE = 16, 18
STYLE = Path(__file__).with_name("picture.css")
LOWEST, HIGHEST = 7, 22
"""How far the line of a lane stays from the lower and the upper edge, where its text has room."""
NARROW = 560
"""The least width of a picture that stands alone, so that its story has room."""


def svg(scene: Scene) -> str:
    """A picture for a document, with a background of its own; the same scene gives the same bytes."""
    placed = layout(scene)
    width = max(placed.width, NARROW) + 2 * MARGIN
    told = wrap(scene.cause.sentence, int((width - 2 * MARGIN) / CHARACTER), break_long_words=False)
    head = MARGIN + LINE * (len(told) + 2)
    height = head + placed.height + MARGIN
    root = element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_labelledby="title desc",
        class_="vtsc",
    )
    add(root, "title", f"{scene.title}: {scene.verdict}", id="title")
    add(root, "desc", description(scene), id="desc")
    add(root, "style", STYLE.read_text(encoding="utf-8"))
    add(root, "rect", class_="page", width="100%", height="100%")
    texts = [("heading", f"{scene.title}: {scene.verdict}"), *(("story", line) for line in told)]
    for at, (kind, text) in enumerate(texts, 1):
        add(root, "text", text, class_=kind, x=MARGIN, y=MARGIN + LINE * at - 4)
    lanes = add(root, "g", transform=f"translate({MARGIN} {head})")
    for strip in placed.strips:
        _strip(lanes, scene, strip)
        _titles(lanes, scene, placed, strip)
        for column in strip.columns:
            moment = scene.moments[column.number]
            hit = add(lanes, "rect", class_="hit", **_box(strip, column))
            add(hit, "title", f"{column.number} {moment.action}: {moment.happened}".rstrip(": "))
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def strips(scene: Scene) -> list[Element]:
    """The lanes for a page, one picture for each strip: above each column lies a link named ``#step-N``."""
    placed = layout(scene)
    return [_strip_alone(scene, placed, strip) for strip in placed.strips]


def _strip_alone(scene: Scene, placed: Layout, strip: Strip) -> Element:
    first, last = strip.columns[0].number, strip.columns[-1].number
    root = element(
        "svg",
        viewBox=f"0 {strip.top:g} {placed.width:g} {strip.height:g}",
        width=placed.width,
        height=strip.height,
        role="group",
        aria_label=f"Steps {first} to {last} of the run, a link for each",
        class_="vtsc",
    )
    _strip(add(root, "g", aria_hidden="true"), scene, strip)
    for column in strip.columns:
        number = column.number
        link = add(root, "a", href=f"#step-{number}", class_="column", data_step=number)
        link.set("aria-label", label(scene, number))
        add(link, "rect", class_="hit", rx=3, **_box(strip, column))
    _titles(root, scene, placed, strip)
    return root


def label(scene: Scene, number: int) -> str:
    """A step in words: its number, its action, its note, and what it changed."""
    moment, note = scene.moments[number], scene.note(number)
    head = f"step {number}, {moment.action}{f' ({note})' * bool(note)}"
    return f"{head}: {moment.happened}" if moment.happened else head


def description(scene: Scene) -> str:
    """The whole picture in words, for those who do not see it."""
    steps = "; ".join(label(scene, moment.number) for moment in scene.moments)
    return f"{scene.cause.sentence} Steps: {steps}."


def _box(strip: Strip, column: Column) -> dict[str, Any]:
    box: dict[str, Any] = {"x": column.x, "y": strip.top, "width": column.width}
    return {**box, "height": strip.height}


def _strip(parent: Element, scene: Scene, strip: Strip) -> None:
    group = add(parent, "g", class_="strip")
    _columns(group, scene, strip)
    for row, top in zip(scene.rows, strip.tops, strict=True):
        _row(add(group, "g", class_=f"lane {row.shape}"), scene, row, strip, top)


def _columns(parent: Element, scene: Scene, strip: Strip) -> None:
    """The bands of the steps that matter, and the header of every step."""
    for column in strip.columns:
        note, number = scene.note(column.number), column.number
        if note:
            add(parent, "rect", class_=f"band {note}", rx=3, **_box(strip, column))
            add(parent, "text", note, class_=f"note {note}", x=column.middle, y=strip.top + 13)
        add(parent, "text", str(number), class_="number", x=column.middle, y=strip.top + 29)
        action = shortened(scene.moments[number].action, column.width)
        add(parent, "text", action, class_="action", x=column.middle, y=strip.top + 44)
    for column in strip.columns[1:]:
        ends: dict[str, Any] = {
            "y1": strip.tops[0] if strip.tops else strip.bottom,
            "y2": strip.bottom,
        }
        add(parent, "line", class_="tick", x1=column.x, x2=column.x, **ends)


def _titles(parent: Element, scene: Scene, placed: Layout, strip: Strip) -> None:
    """The titles of all rows, on a ground of their own: a page keeps them in sight."""
    group = add(parent, "g", class_="titles", aria_hidden="true")
    ground: dict[str, Any] = {"x": 0, "y": strip.top, "height": strip.height}
    add(group, "rect", class_="page", width=placed.titles, **ground)
    for row, top in zip(scene.rows, strip.tops, strict=True):
        y = top + HEIGHTS[row.shape] / 2 + (-3 if row.unit else 4)
        add(group, "line", class_="rule", x1=0, x2=placed.titles, y1=top, y2=top)
        add(group, "text", row.title, x=0, y=y)
        if row.unit:
            add(group, "text", row.unit, class_="unit", x=0, y=y + 13)


def _row(parent: Element, scene: Scene, row: Row, strip: Strip, top: float) -> None:
    add(parent, "line", class_="rule", x1=strip.columns[0].x, x2=strip.end, y1=top, y2=top)
    if row.shape == "phases":
        _phases(parent, row, strip, top)
    elif row.shape == "values":
        _values(parent, row, strip, top)
    else:
        _marks(parent, scene, row, strip, top)


def _phases(parent: Element, row: Row, strip: Strip, top: float) -> None:
    for span in spans(row, strip):
        box: dict[str, Any] = {"x": span.x + 1, "y": top + 5, "width": span.width - 2}
        add(parent, "rect", class_=f"phase {span.cell.tone}", rx=4, height=20, **box)
        text = shortened(span.cell.text, span.width)
        add(parent, "text", text, class_="label", x=span.x + span.width / 2, y=top + 19)


def _values(parent: Element, row: Row, strip: Strip, top: float) -> None:
    """A line through the values, each written above the place from which on it is the value."""
    found = spans(row, strip)
    ends = [(span, _height(row, span.cell, top)) for span in found]
    points = [f"{x:.1f},{y:.1f}" for span, y in ends for x in (span.x, span.x + span.width)]
    add(parent, "polyline", class_="value", points=" ".join(points))
    for span, y in ends:
        text = shortened(span.cell.text, span.width)
        add(parent, "text", text, class_="reading", x=span.x + PADDING / 2, y=y - 4)


def _marks(parent: Element, scene: Scene, row: Row, strip: Strip, top: float) -> None:
    """A mark for each observation, a line from each to the next; the one that violates is a diamond."""
    found = [(c, cell) for c in strip.columns if (cell := row.cells[c.number]) is not None]
    at = [(column.middle, _height(row, cell, top)) for column, cell in found]
    for (x1, y1), (x2, y2) in pairwise(at):
        add(parent, "line", class_="between", x1=x1, y1=y1, x2=x2, y2=y2)
    for (column, cell), (x, y) in zip(found, at, strict=True):
        hit = scene.note(column.number) == scene.hit
        if hit:
            points = f"{x:g},{y - 7:g} {x + 7:g},{y:g} {x:g},{y + 7:g} {x - 7:g},{y:g}"
            add(parent, "polygon", class_=f"mark {scene.hit}", points=points)
        else:
            add(parent, "circle", class_="mark", cx=x, cy=y, r=4)
        text = shortened(cell.text, column.width)
        kind = f"seen {scene.hit}" if hit else "seen"
        add(parent, "text", text, class_=kind, x=x, y=y - (9 if hit else 7))


def _height(row: Row, cell: Cell, top: float) -> float:
    """The height at which a cell stands, below the upper edge of the picture."""
    height = HEIGHTS[row.shape]
    return top + height - LOWEST - cell.level * (height - LOWEST - HIGHEST)
