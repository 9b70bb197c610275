"""Long counterexamples by repetition: on a toy, and on a cell that nothing else decides."""

import pytest

from tests.support.cases import decide_group
from tests.support.paths import ROOT
from tests.support.toys import Toy, act, nothing, task_of
from vtsc.content.cells import groups
from vtsc.content.loader import load
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort, ask
from vtsc.engines.task import Finding
from vtsc.evidence.replay import case_of, replay
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


def track(laps):
    """Laps of four legs, counted; so many of them are bad, once somebody looks."""
    legs = [leg(number) for number in range(4)]
    look = act("look", lambda toy: toy.place == 0, lambda toy, inputs: u64(toy.left) == laps)
    start = act("on", lambda toy: not toy.on, _on)
    return task_of(Toy(nothing, [start, *legs, look]))


def test_a_loop_is_taken_as_often_as_it_takes():
    """One step to begin, six laps, one step to see it: far beyond the depth of the search."""
    answer = ask("repetition", track(LAPS))
    names = [call.name for call in answer.witness.calls]
    assert answer.finding is Finding.VIOLATED and answer.depth == 26
    assert names == ["on", *["leg0", "leg1", "leg2", "leg3"] * LAPS, "look"]
    assert ask("bmc", track(LAPS)).finding is Finding.HOLDS


def test_what_no_lap_brings_about_is_open():
    """Finding nothing says nothing."""
    assert ask("repetition", track(100)).finding is Finding.OPEN


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
    assert "(none to depth 10; shorter ones than" in text and "--prove" in text
    (bounded,) = decide_group(content, group, 10, Effort.BOUNDED)
    assert (bounded.status, bounded.depth) == (Status.BOUNDED, 10)
