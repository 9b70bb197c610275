"""No stuck states under combinations of limits: proved, refused where there is no time, executed natively."""

from itertools import product
from random import Random

import pytest

from model import MODEL
from model.designs import DESIGNS
from model.machine import Machine
from tests.support.cases import open_case
from tests.support.limits import CYCLES, LIMITS
from vtsc.evidence.progress import stuck
from vtsc.evidence.systems import Systems
from vtsc.language.words import Illegal
from vtsc.native.inputs import Drawn
from vtsc.native.lead import lead
from vtsc.native.random_runs import _step

LARGEST = {"vcpus": "3", "pcpus": "2"}
SIZES = (
    {},
    {"vcpus": "2"},
    {"vcpus": "2", "pcpus": "1"},
    pytest.param(LARGEST, marks=pytest.mark.hours),
)


def combinations(*values: str | None) -> list[dict[str, str]]:
    """The four limits, each with one of ``values``; None leaves it out."""
    chosen = product(values, repeat=len(LIMITS))
    return [{k: v for k, v in zip(LIMITS, c, strict=True) if v is not None} for c in chosen]


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("design", "host"),
    [("2.6.35-vmx", "resetting"), ("2.6.36-svm", "stable"), ("patch25", "slow")],
)
def test_no_combination_of_limits_is_stuck_that_leaves_time_for_a_read(content, design, host, size):
    """Each limit is unset or just as long as a read: all sixteen combinations lead on."""
    for given in combinations(None, "2ns"):
        assert (
            stuck(Systems(open_case(content, design, host, **size, **CYCLES, **given))) is None
        ), given


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("design", "host"), [("2.6.37", "cstate")])
def test_a_combination_that_leaves_no_time_for_a_read_is_stuck(content, design, host, size):
    """Some limits are shorter than a read: then its slice or its time in the guest never suffices.

    Nor may a vCPU be off a pCPU for so long, where there are more of them than pCPUs. But
    whoever is due to be entered can always be entered, or put.
    """
    for given in combinations("1ns", "2ns"):
        short = {limit for limit, value in given.items() if value == "1ns"}
        never = short & {"timeslice", "exit_interval"}
        outnumbered = int(size.get("vcpus", 1)) > int(size.get("pcpus", 2))
        missed = bool(never) or (outnumbered and "dormancy" in short)
        found = stuck(Systems(open_case(content, design, host, **size, **CYCLES, **given)))
        assert (found is not None) is missed, (given, found)


OFTEN = ("cstate",)
USUAL = {"load", "serve", "enter", "rdtsc"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "calls"),
    [
        ({}, USUAL),
        ({"vcpus": "2", "trapping": "unstable"}, USUAL),
        ({"vcpus": "3"}, USUAL | {"put", "exit"}),
        ({"timeslice": "2ns"}, USUAL | {"put", "exit"}),
        ({"timeslice": "9ns", "dormancy": "9ns", "vcpus": "3"}, USUAL | {"put", "exit"}),
        ({"entry_delay": "1ns", **CYCLES, "vcpus": "2"}, USUAL | {"put"}),
        (
            {"dormancy": "9ns", "entry_delay": "1ns", **CYCLES, "vcpus": "3"},
            USUAL | {"put", "exit"},
        ),
        ({"dormancy": "1ns", "entry_delay": "1ns", **CYCLES, "vcpus": "2"}, USUAL),
    ],
    ids=lambda x: ",".join(x) if isinstance(x, dict) else "",
)
@pytest.mark.parametrize(
    "host", [pytest.param(h, marks=[pytest.mark.hours] * (h not in OFTEN)) for h in MODEL.hosts]
)
def test_random_states_reach_a_read(host, given, calls):
    """By plain execution of the declared calls, within the number claimed; every situation occurs."""
    seen = set()
    for design in DESIGNS if len(given) < 2 else ("patch25", "2.6.37"):
        machine = MODEL.build(design, host, MODEL.resolve(design, given, {}))
        for seed in range(3):
            seen |= led(machine, Random(f"{seed} {design} {host}"))
    assert seen == calls


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("host", ["cstate", "resetting"])
def test_random_states_reach_a_read_under_every_combination_of_limits(host, size):
    """By plain execution, where each limit is unset or a few cycles; every combination is followed."""
    for design in ("2.6.35-vmx", "patch25"):
        for given in combinations(None, "7ns"):
            machine = MODEL.build(design, host, MODEL.resolve(design, {**size, **given}, {}))
            assert "rdtsc" in led(machine, Random(f"{design} {host} {given}"))


def led(machine: Machine, random: Random) -> set[str]:
    """The calls by which reads were reached from the states of one random run."""
    state, inputs, progress = (
        machine.state(),
        Drawn(random, MODEL.typical_input),
        machine.progress(),
    )
    machine.initialise(state, inputs)
    seen: set[str] = set()
    for _ in range(40):
        for v in range(machine.sizes["vcpu"]):
            before = state.saved()
            calls = lead(machine, state, progress, v)
            assert len(calls) <= progress.steps
            assert (calls[-1].name, calls[-1].args) == ("rdtsc", (v,))
            seen |= {call.name for call in calls}
            state.restore(before)
        try:
            _step(machine, state, machine.calls(), random, inputs)
        except Illegal:
            break
    return seen
