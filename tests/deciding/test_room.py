"""A claim of progress that is made of no state is empty, and what it would have made green is VACUOUS."""

from dataclasses import replace

import pytest

from tests.support.cases import decide_group, open_case
from vtsc.content.cells import groups
from vtsc.deciding.room import nowhere
from vtsc.deciding.verdict import Status
from vtsc.evidence.systems import Systems

CASE = ("patch25", "slow")
ROOM = "progress is claimed of no state: none with a vCPU that exists where "


def never(machine, state, *number):
    """A condition that no state meets."""
    return False


def changed(content, **conditions):
    """The content with other conditions for progress."""
    build = content.model.build

    def built(*asked):
        machine = build(*asked)
        usual = machine.progress
        machine.progress = lambda: replace(usual(), **conditions)
        return machine

    return replace(content, model=replace(content.model, build=built))


def test_the_claim_of_the_model_is_about_something(content):
    """Plain runs meet each of its conditions."""
    assert nowhere(Systems(open_case(content, *CASE))) is None


@pytest.mark.slow
@pytest.mark.parametrize("condition", ["room", "concerns", "idle"])
def test_a_condition_that_is_never_met_is_told(content, condition):
    """Whichever it is, and with its sentence."""
    said = nowhere(Systems(open_case(changed(content, **{condition: never}), *CASE)))
    assert said is not None and said.startswith(ROOM)
    assert (", and " in said.removeprefix(ROOM)) == (condition == "idle")


@pytest.mark.slow
def test_what_rests_on_such_a_claim_is_vacuous(content, monkeypatch, tmp_path):
    """The cell is proved with the model's own claim, and not green with one that is about nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (group,) = groups(content, ["pre25"], ["slow"], ["monotonic"], {})
    (result,) = decide_group(content, group, 6)
    assert result.status is Status.PROVED
    (result,) = decide_group(changed(content, room=never), group, 6)
    assert (result.status, result.reason[: len(ROOM)]) == (Status.VACUOUS, ROOM)


@pytest.mark.slow
def test_a_search_finds_what_plain_runs_miss(content, monkeypatch):
    """Without plain runs, the model's conditions are met by runs that the search finds."""
    monkeypatch.setattr("vtsc.deciding.room.STEPS", 0)
    assert nowhere(Systems(open_case(content, *CASE))) is None


@pytest.mark.slow
def test_a_state_that_comes_too_late_is_not_taken_for_granted(content, monkeypatch):
    """Neither plain runs nor the search get there; the text says how far they went."""
    monkeypatch.setattr("vtsc.deciding.room.DEPTH", 2)

    def late(machine, state):
        return state.host.t >= 1 << 61

    said = nowhere(
        Systems(
            open_case(
                changed(content, room=late, clock=""),
                *CASE,
                exit_interval="1us",
                dormancy="1us",
                timeslice="1us",
            )
        )
    )
    assert said is not None and " within 2 steps: " in said
