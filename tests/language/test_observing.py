"""What is seen of an observation: its numbers, and the truth values that its text shows."""

from dataclasses import dataclass, make_dataclass

import pytest

from vtsc.base.errors import BadFileError
from vtsc.language.observing import MOST, Observing, Seen, seen
from vtsc.native.paired import visible


@dataclass(frozen=True)
class Shown:
    """An observation whose text shows a truth value."""

    value: int
    sure: bool

    def told(self, last):
        return f"{'surely' if self.sure else 'perhaps'} {self.value}"


@dataclass(frozen=True)
class Hidden(Shown):
    """One whose text does not."""

    def told(self, last):
        return f"{self.value}"


class Step:
    """A step with an observation."""

    def __init__(self, observed):
        self.observed = observed


def test_a_truth_value_is_seen_where_the_text_shows_it():
    """One that only says how the observation came about is no difference."""
    assert seen(Shown(5, True)) == {"value": 5, "sure": 1}
    assert seen(Hidden(5, True)) == {"value": 5}
    assert visible(Hidden(5, True)) == visible(Hidden(5, False))
    assert visible(Shown(5, True)) != visible(Shown(5, False))


def test_numbers_are_compared_mod_2_to_the_64():
    """Integers that stand for the same counter are the same observation."""
    assert visible(Hidden(-1, False)) == visible(Hidden(2**64 - 1, False))


def test_the_kind_counts():
    """Different things are seen by observations of different kinds with equal numbers."""
    assert visible(Hidden(5, False)) != visible(Shown(5, False))


def test_the_monitor_keeps_what_is_seen():
    """It is reached by a step with an observation, keeps that, and leaves it alone otherwise."""
    ghosts, monitor = {"seen": Seen()}, Observing()
    assert monitor.observe(None, None, ghosts, Step(Shown(7, True)))
    kept = dict(vars(ghosts["seen"]))
    assert [kept[f"number{n}"] for n in range(MOST)] == [7, 1, 0, 0, 0, 0, 0, 0] and kept["kind"]
    assert not monitor.observe(None, None, ghosts, Step(None))
    assert vars(ghosts["seen"]) == kept


def numbers(count):
    """An observation with so many numbers, from 0 on."""
    return make_dataclass("Reading", [f"value{i}" for i in range(count)])(*range(count))


def test_more_numbers_than_are_compared_are_refused():
    """Two designs that differ in the last of them would be called the same."""
    ghosts, monitor = {"seen": Seen()}, Observing()
    assert monitor.observe(None, None, ghosts, Step(numbers(MOST)))
    assert getattr(ghosts["seen"], f"number{MOST - 1}") == MOST - 1
    with pytest.raises(BadFileError, match=f"has {MOST + 1} numbers: at most {MOST} are compared"):
        monitor.observe(None, None, ghosts, Step(numbers(MOST + 1)))
