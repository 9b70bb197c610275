"""The story of a counterexample: its sentence is the property's own, units agree with their numbers."""

from types import SimpleNamespace

import pytest

from vtsc.language import Call, Term
from vtsc.report.cause import Told, taken_before
from vtsc.report.text.story import story
from vtsc.why.cause import Explanation

NOBODY = Told(None, None, None, None, None, "", Explanation(None, (), (), (), ()))


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
