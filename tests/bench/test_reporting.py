"""Tables, the document and plots, from results that were made up."""

from dataclasses import replace

import pytest

from bench.figures import FIGURES, everything
from bench.jobs import JOBS
from bench.measure import Run
from bench.report import page
from bench.results import ALONE, COLD, OWN, TEXTBOOK, Results, cpu, ratio, seconds
from bench.revisions import AGAIN, HERE, table
from bench.solvers import SOLVERS
from bench.tables import bars, every, missed, textbook

RUN = Run(cpu=0.5, wall=0.6, peak=100.0, status=0, answer="unsat")
STOPPED = replace(RUN, cpu=60.0, answer="", stopped=True)


def runs(*cpus: float) -> list[Run]:
    """Runs that took so long."""
    return [replace(RUN, cpu=each) for each in cpus]


def made_up() -> Results:
    """Results in which every question takes half a second in every way."""
    ways = (OWN, COLD, ALONE, TEXTBOOK, *(solver.name for solver in SOLVERS))
    found = Results({"processor": "one"}, 1, 60.0, [0.1, 0.3, 0.2])
    found.runs = {figure.name: {way: [RUN] for way in ways} for figure in everything()}
    found.runs |= {job.name: {OWN: [RUN]} for job in JOBS}
    return found


def test_the_median_is_shown_with_its_ratio():
    """One slow run of three changes nothing; what was stopped takes at least so long."""
    assert cpu(runs(1.0, 9.0, 2.0)) == 2.0
    assert seconds(runs(1.0, 9.0, 2.0)) == "2.00"
    assert ratio(runs(1.0, 9.0, 2.0), runs(0.5)) == "4.0"
    assert (seconds([STOPPED]), ratio([STOPPED], runs(0.5))) == ("> 60.0", "> 120.0")
    assert (seconds([]), ratio([], runs(0.5)), ratio(runs(1.0), [STOPPED])) == ("-", "-", "-")
    assert seconds([replace(RUN, answer="UNKNOWN")]) == "0.50, no answer"


def test_no_bar_is_missed_where_none_is():
    """The document says so."""
    assert list(missed(made_up())) == []
    assert "\nNo bar is missed.\n" in page(made_up())


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        (replace(RUN, cpu=0.61), "counterexample (0.61, bar 0.6)"),
        (replace(RUN, answer="UNKNOWN"), "counterexample (0.50, no answer, bar 0.6)"),
        (replace(RUN, answer="VACUOUS"), "counterexample (0.50, no answer, bar 0.6)"),
        (STOPPED, "counterexample (> 60.0, bar 0.6)"),
    ],
)
def test_a_missed_bar_is_named(run, shown):
    """Too late, without an answer, and stopped: the list and the row of the table say so."""
    found = made_up()
    found.runs[FIGURES[0].name][OWN] = [run]
    assert list(missed(found)) == [shown]
    assert f"**These bars, in seconds, are missed:** {shown}." in page(found)
    fine = [row[4] for row in bars(found).rows]
    assert fine == ["**missed**", *["met"] * (len(FIGURES) - 1)]


def test_a_time_limit_below_a_bar_leaves_it_open():
    """Nothing is said of a bar that a run was not allowed to reach."""
    found = made_up()
    found.runs[FIGURES[0].name][OWN] = [replace(STOPPED, cpu=0.4)]
    assert list(missed(found)) == []
    assert bars(found).rows[0][4] == "stopped before the bar"


def test_memory_has_a_bar_for_cells_of_the_default_size():
    """A larger machine may take more; which cell takes most is said of both."""
    found = made_up()
    found.runs["4-vcpus"][COLD] = [replace(RUN, peak=300.0)]
    assert list(missed(found)) == []
    assert "Of all questions, `4-vcpus` does: 300 MB." in page(found)
    found.runs["proof"][COLD] = [replace(RUN, peak=121.0)]
    assert list(missed(found)) == ["peak memory (proof: 121 MB, bar 120 MB)"]


def test_every_table_has_full_rows():
    """No row has more or fewer cells than its heading, and every series has a plot."""
    tables = list(every(made_up()))
    assert [
        len(row) - len(t.head) for t in tables for row in t.rows if len(row) != len(t.head)
    ] == []
    assert [t.plot for t in tables if t.plot] == ["depth", "vcpus", "pcpus"]


def test_ways_that_were_not_asked_have_no_column():
    """A solver that is not installed is not in the tables."""
    found = made_up()
    for ways in found.runs.values():
        ways.pop("yices", None)
    assert "yices" in page(made_up()).replace("z3, cvc5, yices, bitwuzla", "")
    assert "yices" not in page(found).replace("z3, cvc5, yices, bitwuzla", "")


def test_the_textbook_way_has_two_ratios():
    """To the whole command, and to the search alone where it is one."""
    found = made_up()
    found.runs["counterexample"] |= {TEXTBOOK: runs(3.0), OWN: runs(1.5), ALONE: runs(1.0)}
    row = textbook(found).rows[0]
    assert row == ("counterexample", "1.50", "1.00", "3.00", "2.0", "3.0")


def test_a_comparison_has_a_control():
    """The last column is this checkout beside itself; what cannot run has no numbers."""
    found = {"cell": {"REV": runs(4.0), HERE: runs(2.0), AGAIN: runs(2.2)}}
    assert list(table("REV", found).rows) == [("cell", "4.00", "2.00", "2.0", "1.1")]
    found["cell"]["REV"] = []
    assert list(table("REV", found).rows) == [("cell", "-", "2.00", "-", "1.1")]


def test_results_are_kept_whole(tmp_path):
    """What is read again makes the same document."""
    found = made_up()
    found.save(tmp_path / "build" / "bench.json")
    assert Results.load(tmp_path / "build" / "bench.json") == found


@pytest.mark.slow
def test_plots_are_the_same_bytes(tmp_path):
    """Nothing in them depends on when they are drawn."""
    pytest.importorskip("matplotlib")
    from bench.plots import draw

    twice = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        twice.append([path.read_bytes() for path in draw(made_up(), tmp_path / name)])
    assert len(twice[0]) == 3
    assert twice[0] == twice[1]
