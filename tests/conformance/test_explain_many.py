"""Traces of several VMs, from any place in their lives, by any trace clock: valid ones are explained."""

from random import Random

import pytest

from conformance.explain.context import Given, asked_of
from conformance.explain.machines import machines
from conformance.explain.reading import parsed
from conformance.explain.search import explain
from model.today import PRESETS
from tests.support.many_vms import CLOCKS, FORMS, made, printed
from tests.support.trace_mutants import mutants

RATES = (2_596_146, 2_000_000, 3_000_000, 2_399_998)
SLEWS = (-400, -30, 0, 100, 450)
SURE = {"track", "master", "page", "prev", "drop track", "drop offset"}
"""Changes of a trace from its creation that are always noticed."""


def rules_of(rng):
    """Those of a host that honours offsets, or not."""
    return PRESETS["6.18"].but(offset_honoured=rng.random() < 0.6)


def explained(seed):
    """For each VM of one random trace, what was found."""
    rng = Random(seed)
    rules, khz, vms = rules_of(rng), rng.choice(RATES), rng.choice([1, 2, 3])
    lines = made(rng, rules, khz, vms)
    clock, form = rng.choice(CLOCKS), rng.choice(FORMS)
    cut = rng.choice([0, rng.randrange(len(lines) * 3 // 4)])
    recording = parsed(printed(lines[cut:], clock, form, khz, rng.choice(SLEWS)), "made")
    groups = [
        tuple(e for e in recording.events if e.thread // 1000 == n) for n in range(1, vms + 1)
    ]
    if form == "tgid":
        groups = machines(recording.events)
        assert len(groups) <= vms
    given = Given(khz=khz, clock="none" if clock == "counter" else "auto")
    for events in filter(None, groups):
        yield explain(events, asked_of(events, recording, given))


@pytest.mark.slow
@pytest.mark.parametrize(
    "seeds", [range(1, 31), pytest.param(range(31, 600), marks=pytest.mark.hours)]
)
def test_valid_traces_are_explained(seeds):
    """None of them is blocked, and none needed hypotheses to be given up."""
    for seed in seeds:
        for found in explained(seed):
            assert found.blocked is None, (seed, found.blocked, found.refusals[:3])


@pytest.mark.parametrize(
    ("seeds", "part"), [(range(1, 6), 7), pytest.param(range(4, 30), 2, marks=pytest.mark.hours)]
)
def test_what_must_be_noticed_is_noticed(seeds, part):
    """Every change of a match count, a master clock or a page's head, and each offset that is missing."""
    tried = set()
    for seed in seeds:
        rng = Random(seed)
        text = printed(made(rng, rules_of(rng), RATES[0], 1), "x86-tsc", "tracefs", RATES[0], 0)
        for mutant in list(mutants(text, seed))[::part]:
            if mutant.kind in SURE:
                tried.add(mutant.kind)
                recording = parsed(mutant.text, mutant.kind)
                given = Given(khz=RATES[0], start="creation")
                found = explain(recording.events, asked_of(recording.events, recording, given))
                assert found.blocked is not None, (seed, mutant.kind, mutant.line)
    assert tried == SURE
