"""The story of a counterexample: its sentence is the property's own, units agree with their numbers."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.support.paths import ROOT
from tests.support.verdicts import violated
from vtsc.language import Call, Term
from vtsc.report.cause import Told, taken_before
from vtsc.report.cause import told as cause
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.story import story
from vtsc.why.cause import Explanation

NOBODY = Told(None, None, None, None, None, "", Explanation(None, (), (), (), ()))
FILES = sorted(path.name for path in (ROOT / "counterexamples").glob("*.json"))


def run(*names, **terms):
    """A run of calls that blames no step, and the terms of its claim."""
    steps = [SimpleNamespace(call=Call(n, (2,)), blame=[], acting=None) for n in names]
    return SimpleNamespace(steps=steps, terms=[Term(n, *value) for n, value in terms.items()])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "bus 2 is 0 stops late, by nothing in between"),
        (1, "bus 2 is 1 stop late, by nothing in between"),
        (21, "bus 2 is 21 stops late, by nothing in between"),
        (2**64 - 1, "bus 2 is 2^64-1 stops late, by nothing in between"),
    ],
)
def test_a_unit_is_in_the_singular_for_one_and_for_nothing_else(value, told):
    """The property declares it as a noun, and the story does the rest."""
    late = SimpleNamespace(story="bus {subject} is {by} late, by {culprit}")
    content = SimpleNamespace(properties={"late": late})
    trace = SimpleNamespace(property="late")
    assert story(content, trace, run("drive", "stop", by=(value, "stop")), NOBODY) == told


def test_a_value_without_a_unit_stands_alone():
    """Nothing is added to it."""
    content = SimpleNamespace(properties={"at": SimpleNamespace(story="at {place}: {culprit}")})
    told = story(content, SimpleNamespace(property="at"), run("stop", place=(7,)), NOBODY)
    assert told == "at 7: nothing in between"


@pytest.mark.parametrize(
    ("names", "step"), [(("stop",), 0), (("stop", "drive", "stop"), 1), (("drive", "stop"), 0)]
)
def test_blame_begins_where_the_last_call_was_taken_before(names, step):
    """The same call of the same instance, whatever it is called."""
    assert taken_before(run(*names)) == step


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "late by 0 stops"),
        (1, "late by 1 stop"),
        (-1, "early by 1 stop"),
        (-7, "early by 7 stops"),
    ],
)
def test_a_signed_value_says_on_which_side_it_is(value, told):
    """The story has its size, and the words of its side."""
    content = SimpleNamespace(properties={"late": SimpleNamespace(story="{by}: {culprit}")})
    sides = ("late by {}", "early by {}")
    told_of = run("stop", by=(value, "stop", sides))
    assert (
        story(content, SimpleNamespace(property="late"), told_of, NOBODY)
        == f"{told}: nothing in between"
    )


SIDES = {
    "monotonic": ("{last}, then {this}: {by}", " back", " on"),
    "monotonic_smp": ("read {this}: {by}", " back", " on"),
    "bounded_lag": ("{by} ideal", " behind", " ahead of"),
    "bounded_lead": ("{by} ideal", " ahead of", " behind"),
    "timer_lateness": ("at {this}, {by}, by", "late by ", "early by "),
}


@pytest.mark.parametrize("name", SIDES)
def test_every_signed_property_reads_well_on_both_sides(content, name):
    """A property of a measure may be violated at -1: a read 1 cycle ahead is not "-1 cycles behind"."""
    part, above, below = SIDES[name]
    assert part in content.properties[name].story
    found = violated(content, next(x for x in FILES if f".{name}." in x))
    by = next(term for term in found.run.terms if term.name == "by")
    for value, words in ((1, above), (-1, below)):
        terms = [replace(t, value=value) if t is by else t for t in found.run.terms]
        told = story(content, found.trace, replace(found.run, terms=terms))
        assert f"{words}1 cycle," in told if words.endswith(" ") else f"1 cycle{words}" in told
        assert "-1" not in told.replace("2^64-1", "")


def test_an_early_timer_is_early(content):
    """Of a saved one, whose distance is negative."""
    (name,) = (x for x in FILES if "early_bound=999999ns" in x)
    found = violated(content, name)
    assert "at 500000, early by 1000000 cycles, by" in story(content, found.trace, found.run)


def test_a_long_story_ends_between_words():
    """It has at most 160 characters; dots say that there was more."""
    late = SimpleNamespace(story="so " * 70 + "{culprit}")
    content = SimpleNamespace(properties={"late": late})
    told = story(content, SimpleNamespace(property="late"), run("stop"), NOBODY)
    assert len(told) <= 160 and told.endswith("so...") and told.startswith("so so")


def test_the_story_stands_first_and_last(content):
    """Above the verdict, which is the last line."""
    found = violated(content, "patch25.cstate.monotonic.json")
    blocks = counterexample(content, found.trace, found.run).strip().split("\n\n")
    why = cause(content, found.trace, found.run)
    said = f"{story(content, found.trace, found.run, why)}. {why.sentence}"
    assert " ".join(blocks[1].split()) == " ".join(blocks[-2].split()) == said
    assert blocks[-1] == "patch25 cstate monotonic: VIOLATED(11)"
