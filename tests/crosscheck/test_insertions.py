"""Insertions into the shipped designs: a few of those that ``make insertions`` tries."""

from random import Random

import pytest

from crosscheck.insert import FUNCTIONS, insertion
from crosscheck.insertions import campaign, jobs, unchecked
from tests.support.paths import ROOT
from vtsc.base.parallel import Local
from vtsc.content import loader

SOURCE = (ROOT / "model/designs/patch25.py").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_insertion_changes_one_function_and_is_python():
    """The same seed makes the same one."""
    for number in range(200):
        made = insertion(SOURCE, Random(number))
        assert made.function in FUNCTIONS and made.source != SOURCE
        compile(made.source, "inserted", "exec")
        assert made == insertion(SOURCE, Random(number))


@pytest.mark.slow
def test_most_insertions_are_tried_beyond_the_syntax_check():
    """A campaign that is refused at the door would show nothing of what is behind it."""
    made = [*jobs("1", 500)]
    assert sum(job.unchecked for job in made) > 200
    assert len({job.insertion.kind for job in made}) == 9


def test_what_is_loaded_unchecked_is_whole(monkeypatch, content):
    """Else each insertion whose proof asks for uses of numbers would end as an error."""
    monkeypatch.setattr(loader, "ensure", unchecked)
    assert loader.load(str(ROOT)).read_numbers() == content.read_numbers()


@pytest.mark.slow
@pytest.mark.parametrize("count", [pytest.param(n, marks=pytest.mark.hours) for n in (2, 20)])
def test_no_insertion_is_proved_that_a_plain_run_breaks(capsys, count):
    """Each has its end; a false green would be named in the output."""
    tally = campaign("a few", count, Local(2))
    said = capsys.readouterr().out
    assert sum(tally.values()) == count
    assert {end for _, end in tally} <= {"refused", "error", "right"}, said
    assert any(end == "right" for _, end in tally), said
