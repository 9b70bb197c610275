"""Long counterexamples by repetition: on a toy, and on a cell that nothing else decides."""

import pytest

from tests.support.cases import decide_group
from tests.support.paths import ROOT
from tests.support.toys import Toy, act, nothing, task_of
from vtsc.content.cells import groups
from vtsc.content.loader import load
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort, ask
from vtsc.engines.search.repetition import TURNS, _forms
from vtsc.engines.task import Finding
from vtsc.evidence.replay import case_of, replay
from vtsc.language.machine import Rounds
from vtsc.language.words import u64
from vtsc.report.text.counterexample import counterexample

LAPS = 6


def _on(toy, inputs):
    toy.on = True
    return False


def leg(number):
    """One of four legs of a lap; the last one counts."""

    def effect(toy, inputs):
        toy.place = (number + 1) % 4
        if number == 3:
            toy.left = toy.left + 1
        return False

    return act(f"leg{number}", lambda toy: toy.on and toy.place == number, effect)


ONE_LAP = (Rounds(beginnings=(1,), loop=4, end=1),)


def track(laps, rounds=ONE_LAP):
    """Laps of four legs, counted; so many of them are bad, once somebody looks."""
    legs = [leg(number) for number in range(4)]
    look = act("look", lambda toy: toy.place == 0, lambda toy, inputs: u64(toy.left) == laps)
    start = act("on", lambda toy: not toy.on, _on)
    toy = Toy(nothing, [start, *legs, look])
    toy.rounds = rounds
    return task_of(toy)


def test_a_loop_is_taken_as_often_as_it_takes():
    """One step to begin, six laps, one step to see it: far beyond the depth of the search."""
    answer = ask("repetition", track(LAPS))
    names = [call.name for call in answer.witness.calls]
    assert answer.finding is Finding.VIOLATED and answer.depth == 26
    assert names == ["on", *["leg0", "leg1", "leg2", "leg3"] * LAPS, "look"]
    assert ask("bmc", track(LAPS)).finding is Finding.HOLDS


@pytest.mark.slow
def test_a_machine_says_where_to_look():
    """A run of the form that it declares is found, however long; in no other form is one looked for."""
    laps, elsewhere = 8, (Rounds(beginnings=(1, 2), loop=3, end=1),)
    found = ask("repetition", track(laps, (*elsewhere, *ONE_LAP)))
    assert (found.finding, found.depth) == (Finding.VIOLATED, 1 + 4 * laps + 1)
    assert ask("repetition", track(laps, elsewhere)).finding is Finding.OPEN
    nowhere = ask("repetition", track(laps, ()))
    assert nowhere.finding is Finding.OPEN
    assert nowhere.reason == "the machine does not say what long runs look like"


def test_shorter_runs_are_looked_for_first():
    """Whatever order the forms are declared in; no form is left out."""
    forms = _forms((Rounds((3, 1), 2, 1), Rounds((2,), 1, 0)))
    lengths = [form.beginning + form.loop * form.turns + form.end for form in forms]
    assert lengths == sorted(lengths) == [form.length for form in forms]
    assert len(set(forms)) == len(forms) == TURNS * 3


def test_what_no_lap_brings_about_is_open():
    """Finding nothing says nothing."""
    assert ask("repetition", track(100)).finding is Finding.OPEN


@pytest.mark.hours
@pytest.mark.slow
def test_going_back_and_forth_until_the_counter_wraps():
    """2.6.35 on Intel gains at each migration to a slower pCPU; the report claims no more than is known."""
    content = load(str(ROOT))
    (group,) = groups(content, ["2.6.35-vmx"], ["slow"], ["monotonic"], {})
    (result,) = decide_group(content, group, 10, Effort.ALL)
    assert (result.status, result.engine, result.searched) == (Status.VIOLATED, "repetition", 10)
    assert (
        replay(case_of(content, result.trace), result.trace).hit_at
        == len(result.trace.steps)
        == result.depth
    )
    text = counterexample(content, result.trace, result.run, result.searched)
    assert "(none to depth 10; shorter ones than" in text
    (bounded,) = decide_group(content, group, 10, Effort.BOUNDED)
    assert (bounded.status, bounded.depth) == (Status.BOUNDED, 10)
