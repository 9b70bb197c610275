"""Pairs of systems, against random runs of two machines in lockstep that use no rule of theirs."""

from dataclasses import dataclass
from random import Random

import pytest

from tests.support.pairs import opened
from tests.support.paths import ROOT
from tests.support.sampling import sampled
from vtsc.deciding.pairs import _Comparison
from vtsc.native.inputs import Solved
from vtsc.native.paired import NoPair, _same, _Side, _step

CENTRAL = ROOT / "model/designs/central.py"
TRIES = 1500
"""The calls that a random run tries, of which it takes a part."""
SERVES = "another update, more often, which changes nothing there"
ALIKE = {
    "the same but for requests": ("patch25", CENTRAL, "cstate"),
    "another compensation, which a stable host never needs": ("pre25", "patch25", "stable"),
    SERVES: ("patch25", "repaired", "stable"),
}
VALUES = (0, 0, 1, 1, 2, 3, 5, 1000, 2**40)
"""The values of inputs, which are tried for all of them."""


@dataclass
class Taken:
    """The steps of a random run."""

    reads: int = 0
    waits: int = 0
    differences: int = 0


def taken(old, new, host: str, seed: int) -> Taken:
    """A random run in lockstep; that what the pair shares stays the same is checked at every step."""
    cases = opened(old, host), opened(new, host)
    comparison, random, found = _Comparison(*cases), Random(seed), Taken()
    shared, system = comparison.pair.shared, comparison.pair.system
    sides = tuple(_Side(case.new_machine(), lambda file: False) for case in cases)
    first = Solved({"tsc": 7})
    sides[0].machine.initialise(sides[0].state, first)
    sides[1].machine.initialise(sides[1].state, _same({}, first.used))
    for number in range(1, TRIES):
        saved = [side.state.saved() for side in sides]
        try:
            step = _step(
                number, sides, random.choice(system.calls), _drawn(system.inputs, random), shared
            )
        except NoPair as error:
            assert " in one and " not in str(error), error
            for side, state in zip(sides, saved, strict=True):
                side.state.restore(state)
            continue
        found.reads += step.lanes[0].observed is not None
        found.waits += any(lane.waits for lane in step.lanes)
        found.differences += step.differs
    return found


def _drawn(inputs, random: Random) -> dict[str, int]:
    return {name: random.choice(VALUES) for name in inputs.words}


@pytest.mark.slow
@sampled(3, "what", ALIKE)
def test_no_random_run_tells_apart_what_is_proved_the_same(what):
    """Nothing differs in a run with many reads, and what is shared stays the same."""
    run = taken(*ALIKE[what], seed=1)
    assert run.differences == 0 and run.reads > 20
    assert run.waits > 0 or what != SERVES


@pytest.mark.slow
def test_random_runs_do_tell_apart_what_differs():
    """Else the test above could not fail."""
    assert taken("pre25", "patch25", "slow", 1).differences > 0
