"""Traces that the fake of KVM makes while random calls are made: also on hosts that honour offsets."""

from fractions import Fraction
from random import Random

import pytest

from conformance.explain.hypothesis import Clock
from conformance.explain.reading import Recording, parsed
from conformance.explain.search import Asked, both, explain
from conformance.live.fuzz import sequence
from conformance.live.probes import probed
from conformance.live.running import fuzzed
from model.today import PRESETS
from tests.support.fake_kvm import FakeKvm

RULES = PRESETS["6.18"]
KHZ = 2_596_146


def recordings(device, count, seed):
    """The trace of each of some random sequences, each in a VM of its own."""
    host = probed(device)
    device.trace.clear()
    for _ in fuzzed(device, host, device.rules, count, seed, None):
        yield parsed("\n".join(device.trace), "made")
        device.trace.clear()


def told(recording, start="creation", **more):
    """How far a trace is explained, without knowing whether offsets are honoured."""
    clock = Clock(Fraction(1), 200_000)
    return explain(recording.events, Asked(both(RULES), clock, KHZ, start=start, **more))


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("honoured", [False, True])
def test_made_traces_are_explained(honoured, at_once):
    """From the VM's creation, and it is found out whether offsets are honoured."""
    device = FakeKvm(RULES.but(offset_honoured=honoured), KHZ, at_once=at_once)
    for n, recording in enumerate(recordings(device, 5, seed=3)):
        found = told(recording)
        assert found.blocked is None, (n, found.blocked, found.refusals[:3])
        assert {h.vm.rules.offset_honoured for h in found.left} == {honoured}


@pytest.mark.parametrize("honoured", [False, True])
def test_made_traces_are_explained_from_the_middle(honoured):
    """From two places of each trace."""
    device = FakeKvm(RULES.but(offset_honoured=honoured), KHZ)
    for n, recording in enumerate(recordings(device, 3, seed=8)):
        for part in (3, 2):
            rest = Recording(recording.events[len(recording.events) // part :], True, None)
            found = told(rest, start="midlife")
            assert found.blocked is None, (n, part, found.blocked, found.refusals[:3])


@pytest.mark.hours
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("honoured", [False, True])
def test_many_made_traces_are_explained(honoured, seed):
    """More sequences, from the creation and from every seventh event."""
    device = FakeKvm(RULES.but(offset_honoured=honoured), KHZ)
    for n, recording in enumerate(recordings(device, 25, seed)):
        assert told(recording).blocked is None, n
        for cut in range(7, len(recording.events), 7):
            rest = Recording(recording.events[cut:], True, None)
            found = told(rest, start="midlife")
            assert found.blocked is None, (n, cut, found.blocked, found.refusals[:3])


def test_sequences_have_every_kind_of_call():
    """Both kinds of guests' writes, rates, clocks and new vCPUs are among the traces."""
    device = FakeKvm(RULES, KHZ)
    assert len(sequence(Random(1), probed(device))) >= 20
    text = "\n".join(f"{e}" for r in recordings(device, 12, 2) for e in r.events)
    for kind in ("index=16", "index=59", "index=18,", "online=3", "flags=3", "master=True"):
        assert kind in text, kind
