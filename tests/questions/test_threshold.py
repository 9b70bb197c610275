"""A question about a threshold: two neighbours of which evidence is kept, or the whole range again."""

from dataclasses import dataclass, field

import pytest

from questions.claims.kinds import threshold
from vtsc.base.errors import Exit
from vtsc.base.toml_lines import TomlFile
from vtsc.content.cell_tables import CellTable
from vtsc.content.content import Content
from vtsc.deciding.verdict import Result, Status

FILE = """\
[[question]]
design = "2.6.37"
host = "cstate"
property = "bounded_lag"
parameter = "lag_bound"
within = "1ns..9ns"
step = "1ns"
holds = "5ns"
fails = "4ns"
expect = 5
"""


@dataclass
class Oracle:
    """Holds from a bound on; counts what it is asked besides the kept cells."""

    content: Content
    least: int
    again: bool
    asked: list[str] = field(default_factory=list)

    def result(self, cell) -> Result:
        """The verdict of a cell: proved from the least bound on, violated in five steps below."""
        holds = cell.settings["lag_bound"] >= self.least
        status = Status.PROVED if holds else Status.VIOLATED
        return Result(cell, status, 0 if holds else 5, "bmc", 0.0)

    def decide(self, cells, depth) -> list[Result]:
        """The same of cells that nobody keeps."""
        self.asked += [str(cell.settings.texts()["lag_bound"]) for cell in cells]
        return [self.result(cell) for cell in cells]


@pytest.fixture
def asked(content, tmp_path):
    """The question."""
    path = tmp_path / "C01.toml"
    path.write_text(FILE, encoding="utf-8")
    file = TomlFile(path, path.name)
    own = file.document["question"][0]
    table = CellTable(content, file, "question", 0, own, threshold.KEYS)
    return threshold.read(table, table.checked())


def test_two_neighbours_are_asked_of_what_is_kept(content, asked):
    """Nothing else of the range is decided, and nothing is said of it."""
    oracle = Oracle(content, 5, again=False)
    found = asked.answer(oracle)
    assert (found.outcome, found.status, oracle.asked) == (True, Exit.OK, [])
    assert found.text == "lag_bound=5ns PROVED, lag_bound=4ns VIOLATED(5)"
    assert (found.numbers["holds"], found.numbers["fails"]) == ("5ns", "4ns")


def test_again_searches_the_range(content, asked):
    """Every value of so small a range is decided, its ends first, and the change is where it was."""
    oracle = Oracle(content, 5, again=True)
    found = asked.answer(oracle)
    assert (found.outcome, found.status) == (True, Exit.OK)
    assert oracle.asked == [f"{n}ns" for n in (1, 9, *range(2, 9))]


@pytest.mark.parametrize(("least", "status"), [(4, Exit.NOT_FOUND), (6, Exit.VIOLATED)])
@pytest.mark.parametrize("again", [False, True])
def test_a_change_that_has_moved_is_noticed(content, asked, least, status, again):
    """One side is no more what is recorded of it, with or without a search."""
    found = asked.answer(Oracle(content, least, again))
    assert found.outcome is False
    assert found.status in (status, Exit.NOT_FOUND)


def test_a_change_that_the_search_does_not_find_is_noticed(content, asked):
    """The two sides alone would say that all is as recorded."""

    class Hiding(Oracle):
        """Says of the range that it holds everywhere."""

        def decide(self, cells, depth) -> list[Result]:
            """Proved, whatever the value."""
            return [Result(cell, Status.PROVED, 0, "lemmas", 0.0) for cell in cells]

    found = asked.answer(Hiding(content, 5, again=True))
    assert (found.outcome, found.status) == (False, Exit.NOT_FOUND)
