"""Explicit search: every input is tried, depths are least, and its economies change nothing."""

import subprocess
import sys

import pytest

from crosscheck.explicit import Every, census
from tests.support.paths import ROOT
from vtsc.base import width
from vtsc.language import words
from vtsc.language.actions import Call, Step
from vtsc.language.state import Record, State, counter, flag
from vtsc.language.words import Illegal


def all_of(choose):
    """What ``choose`` returns for every choice of inputs; None where that is illegal."""
    inputs, found = Every(), []
    while True:
        try:
            found.append(choose(inputs))
        except Illegal:
            found.append(None)
        if not inputs.next():
            return found


def test_every_input_takes_every_legal_value():
    """Bounds, multiples, ratios and flags; the last input moves first."""

    def choose(inputs):
        a = inputs.word("a", 3, 9, 8, multiple_of=2)
        return (a, inputs.flag("b")) if a == 6 else (a, inputs.between("c", (a, 4), (7, 3)))

    assert all_of(choose) == [(4, 1), (4, 2), (6, False), (6, True), (8, 2)]


def test_an_input_without_a_legal_value_ends_the_step():
    """Other choices made before it are still tried."""
    assert all_of(lambda i: i.word("n", 1, i.word("hi", 0, 2))) == [None, 1, 1, 2]


class Count(Record):
    """A toy's state."""

    n: int = counter("", "how many")
    odd: bool = flag("an odd step was taken")


class Toy:
    """Counts up by 1 or 2 a step, or, from 3 on, down by any even amount; mod 2^64."""

    sizes: dict[str, int] = {}

    def state(self):
        state = State()
        state.records["count"] = Count()
        return state

    def initialise(self, state, inputs):
        state.records["count"].n = inputs.word("n", 0, 1)

    def calls(self):
        return (Call("up", ()), Call("down", ()))

    def enabled(self, state, call):
        return call.name == "up" or state.records["count"].n >= 3

    def advance(self, state, inputs):
        pass

    def perform(self, state, call, inputs):
        if not self.enabled(state, call):
            raise Illegal
        count = state.records["count"]
        by = inputs.word("by", 1, 2) if call.name == "up" else -inputs.word("by", 2, 6)
        count.n += by
        count.odd = by % 2 == 1
        return Step(call, count.n)


class Reads:
    """A monitor that is hit when the toy shows ``value`` (mod 2^64)."""

    def __init__(self, value):
        self.name, self.value = f"reads {value}", value

    def ghosts(self, machine):
        return {}

    def observe(self, machine, state, ghosts, step):
        return words.u64(step.observed) == words.u64(self.value)


@pytest.mark.parametrize("options", [{}, {"trusting": False}], ids=str)
def test_depths_are_least(options):
    """From 0 or 1: 2 and 1 are a step away, 3-6 two steps, 7 three, and 100 more than four."""
    monitors = [Reads(v) for v in (2, 7, -3, 1, 100)]
    found = census(Toy(), monitors, 4, **options)
    assert found.depths == {"reads 2": 1, "reads 7": 3, "reads -3": 2, "reads 1": 1}
    assert found.depth == 4


def test_a_search_ends_when_nothing_is_left_to_look_for():
    """All monitors hit: no deeper; and 0 steps look at nothing."""
    assert census(Toy(), [Reads(2)], 9).depth == 1
    assert census(Toy(), [Reads(2)], 0).depths == {}


def test_words_have_64_bits_unless_told_before():
    """Everybody gets 64 bits; a process that has words already cannot change its mind."""
    assert (words.WIDTH, words.MASK, words.INPUT_LIMIT) == (64, 2**64 - 1, 2**62)
    assert words.scaled(5, small=1) == 5
    with pytest.raises(RuntimeError, match="already"):
        width.scale_down(4, 6)


ECONOMIES = """
from vtsc.base.width import scale_down
scale_down(4, 6)
from vtsc.language import words
from crosscheck.explicit import census
from vtsc.content.loader import load
assert (words.WIDTH, words.MASK, words.INPUT_LIMIT, words.scaled(5, small=1)) == (4, 15, 6, 1)
content = load(".")
names = ("monotonic", "nonzero_delta", "bounded_lag", "bounded_lead")
small = {"virtual_khz": "2", "lag_bound": "0ns", "lead_bound": "0ns"}
for design, host in (("2.6.35-svm", "skewed"), ("2.6.37", "slow")):
    settings = content.model.resolve(design, small, {})
    properties = [content.properties[name] for name in names]
    found = [
        census(content.model.build(design, host, settings), properties, 11, **options)
        for options in ({}, {"reduce": False}, {"trusting": False})
    ]
    assert found[0].depths == found[1].depths == found[2].depths, found
    assert found[0].depths and len({f.states for f in found}) > 1, found
"""


@pytest.mark.hours
@pytest.mark.slow
def test_neither_residues_nor_trust_change_what_is_found():
    """On a small machine: a u64 kept as it comes, or nothing taken on trust, gives the same depths."""
    subprocess.run([sys.executable, "-c", ECONOMIES], cwd=ROOT, check=True)
