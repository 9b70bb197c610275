"""docs/trapping.md: its tables are those of the list in tools, with the verdicts that the checker gives."""

import re

import pytest

from tools.protocols import MARK, PAGE, PROSE, rendered, tables, verdicts

VERDICT = re.compile(r"VIOLATED\(\d+\)|PROVED|HOLDS_TO\(\d+\)|UNKNOWN")


def on_page(protocol: str, *cells: str) -> list[str]:
    """The verdicts of the first row of a protocol on the page, after the ``cells`` that name it."""
    start = "| " + " | ".join([protocol, *cells]) + " | "
    (line, *_) = [x for x in PAGE.read_text(encoding="utf-8").splitlines() if x.startswith(start)]
    return line.removeprefix(start).removesuffix(" |").split(" | ")


def test_the_page_is_the_prose_around_the_tables():
    """What stands before and after the tables is the text of docs/trapping.in.md."""
    before, after = PROSE.read_text(encoding="utf-8").split(MARK)
    page = PAGE.read_text(encoding="utf-8")
    assert page.startswith(before) and page.endswith(after)


def test_the_page_has_every_row_of_the_list():
    """The page with its verdicts blotted out is what the list makes with none; and every cell is decided."""
    _, listed = tables()
    blank = [
        (t, [(r, ["?" if p in r.properties else "-" for p in t.properties]) for r in t.rows])
        for t in listed
    ]
    page = PAGE.read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if VERDICT.search(line) and line.startswith("| ")]
    expected = [line for line in rendered(blank).splitlines() if " ? |" in line]
    assert [VERDICT.sub("?", row) for row in rows] == expected


@pytest.mark.hours
@pytest.mark.parametrize(
    ("table", "protocol", "column"),
    [(0, "clock", "1 ns"), (0, "bump-vm, kick, seed at the decision", "10 ms")],
)
def test_a_row_of_the_page_is_decided_as_it_says(content, table, protocol, column):
    """Two rows, decided again."""
    depth, listed = tables()
    (row,) = [r for r in listed[table].rows if (r.protocol, r.column) == (protocol, column)]
    found = verdicts(content, listed[table], row, depth)
    assert [text.partition(":")[0] for text in found] == on_page(protocol, column)
