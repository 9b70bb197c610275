"""The parts of a picture have room: nothing overlaps, nothing is cut, every step is there."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.support.pictures import SOME, USUAL, long_trace, scene_of, scene_of_trace
from vtsc.report.picture.layout import (
    FULL,
    WIDEST,
    layout,
    packed,
    spans,
    widened,
    width_of,
)
from vtsc.report.picture.svg import STYLE, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def scenes(content):
    """Scenes of some saved runs, and of one with 31 steps and large numbers."""
    found = {path.name: scene_of(content, path) for path in SOME}
    return {"long": scene_of_trace(content, long_trace()), **found}


@pytest.mark.slow
def test_every_step_stands_once_and_in_order(scenes):
    """Strips follow each other downwards, columns from left to right, without gaps or overlaps."""
    for scene in scenes.values():
        placed = layout(scene)
        numbers = [column.number for strip in placed.strips for column in strip.columns]
        assert numbers == list(range(len(scene.moments)))
        for above, below in pairwise(placed.strips):
            assert above.bottom < below.top
        for strip in placed.strips:
            assert strip.columns[0].x == placed.titles
            assert all(a.end == pytest.approx(b.x) for a, b in pairwise(strip.columns))
            assert strip.end < placed.width and strip.bottom <= placed.height
            assert list(strip.tops) == sorted(strip.tops) and strip.tops[-1] < strip.bottom


def test_texts_have_room(scenes):
    """No action, value, mark or phase of these runs is cut, and no title reaches into the columns."""
    for name, scene in scenes.items():
        placed = layout(scene)
        assert all(width_of(row.title) <= placed.titles for row in scene.rows)
        for strip in placed.strips:
            for column in strip.columns:
                assert width_of(scene.moments[column.number].action) <= column.width
            for row in scene.rows:
                for span in spans(row, strip):
                    assert width_of(span.cell.text) <= span.width + 0.01, (name, row.title, span)


def test_a_long_run_is_broken_into_strips_of_like_width(scenes):
    """31 steps take several strips; none is wider than a page, or a small rest of the others."""
    strips = layout(scenes["long"]).strips
    widths = [strip.end - strip.columns[0].x for strip in strips]
    assert len(strips) > 2
    assert max(widths) <= FULL + 2 * WIDEST and min(widths) > max(widths) / 2


def test_packing_takes_as_many_as_fit():
    """A column that is too wide stands alone, and nothing is lost."""
    assert packed([3, 3, 3, 9, 1], 6) == [[0, 1], [2], [3], [4]]
    assert packed([2.0] * 5, 10) == [[0, 1, 2, 3, 4]]


def test_a_label_makes_its_last_column_wider(scenes):
    """What lasts for several narrow steps has the room of its label in all of them together."""
    rows = [row for row in scenes[USUAL.name].rows if row.title == "vCPU 0"]
    widths = widened(rows, range(12), [10.0] * 12)
    loaded = width_of("loaded on pCPU 0")
    assert widths[1:3] == [10, loaded - 10] and widths[5] == loaded
    assert widened(rows, [2, 3], [10.0] * 12) == [loaded, width_of("in guest on pCPU 0")]


def texts_of(root: ElementTree.Element) -> list[tuple[float, float, float]]:
    """Left end, right end and base line of each text of the lanes."""
    found = []
    for text in root.iter(f"{NAMESPACE}text"):
        kind, x, y = text.get("class", ""), float(text.get("x", 0)), float(text.get("y", 0))
        width = len(text.text or "") * 6.62
        left = x - width / 2 if kind.split()[:1] and kind.split()[0] in MIDDLE else x
        if kind not in ("heading", "story"):
            found.append((left, left + width, y))
    return found


MIDDLE = ("number", "action", "note", "label", "seen")


def test_no_two_texts_overlap(scenes):
    """Nor does any leave the picture: seen from the SVG itself, by the width of its type."""
    for name, scene in scenes.items():
        root = ElementTree.fromstring(svg(scene))
        texts = sorted(texts_of(root), key=lambda text: (text[2], text[0]))
        for (_, right, y), (left, _, other) in pairwise(texts):
            assert y != other or right <= left + 0.5, (name, y)
        width = float(root.get("width", 0))
        assert all(left >= 0 and right <= width - 16 for left, right, _ in texts), name


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text))


def brightness(colour: str) -> float:
    """The relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((brightness(one), brightness(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_and_lines_stand_out(theme):
    """4.5 to 1 for each text on each of its grounds, 3 to 1 for lines and marks, in both themes."""
    light, dark = STYLE.read_text(encoding="utf-8").split("@media", 1)
    ink = colours(light if theme == "light" else dark)
    grounds = ("page", "idle", "ready", "active", "warning", "cause", "hit", "goal")
    texts = [("ink", ground) for ground in grounds]
    texts += [("muted", g) for g in ("page", "cause", "hit", "goal")]
    texts += [("cause-ink", "cause"), ("hit-ink", "hit"), ("goal-ink", "goal"), ("line", "page")]
    texts += [("hit-ink", "page"), ("goal-ink", "page"), ("line", "cause"), ("line", "hit")]
    for text, ground in texts:
        assert contrast(ink[text], ink[ground]) >= 4.5, (theme, text, ground)
    for line in ("line", "hit-ink", "focus"):
        for ground in ("page", "cause", "hit"):
            assert contrast(ink[line], ink[ground]) >= 3, (theme, line, ground)
