"""The rules explain every recorded trace, and a rule that is changed no longer does."""

from dataclasses import replace

import pytest

from conformance.explain.context import Given, asked_of
from conformance.explain.reading import Recording
from conformance.explain.search import explain
from conformance.explain.writes import Allowed
from model.today import PRESETS
from tests.support.recordings import BY_TSC, KHZ, NAMES, explained, recorded

RULES = PRESETS["6.18"]


@pytest.mark.parametrize("name", NAMES)
def test_every_recording_is_explained_from_its_creation(name):
    """All events of all recordings, in any form, and by discarded offsets alone where a page shows them."""
    found = explained(recorded(name))
    assert found.blocked is None, (found.blocked, found.refusals)
    assert found.done == found.total > 0
    assert {h.vm.rules.offset_honoured for h in found.left} == {False}
    assert not found.dropped


@pytest.mark.parametrize("name", NAMES)
def test_as_the_command_does_it(name):
    """The rate comes from the pages and the clock from the stamps, which may be slewed by 500 ppm."""
    recording = recorded(name)
    asked = asked_of(recording.events, recording, Given())
    assert asked.khz == KHZ
    assert explain(recording.events, asked).blocked is None


@pytest.mark.parametrize("name", BY_TSC)
def test_a_trace_may_begin_anywhere(name):
    """Every fifth rest of every recording is explained as the middle of a VM's life."""
    recording = recorded(name)
    for cut in range(3, len(recording.events), 5):
        rest = Recording(recording.events[cut:], recording.whole, None)
        found = explained(rest, start="auto")
        assert found.blocked is None, (cut, found.refusals[:3])
        assert not found.from_creation


@pytest.mark.hours
@pytest.mark.parametrize("name", NAMES)
def test_a_trace_may_begin_at_any_event(name):
    """Every rest of every recording."""
    recording = recorded(name)
    for cut in range(1, len(recording.events)):
        rest = Recording(recording.events[cut:], recording.whole, None)
        assert explained(rest, start="auto").blocked is None, cut


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("offset_twice", {"count_once": False}),
        ("restore_1200ms", {"master_needs_match": False}),
        ("normal", {"matches_counted": 2}),
    ],
)
def test_a_changed_rule_is_noticed(name, change):
    """The rules of `model.today` are what explains: with one of them changed, a recording is blocked.

    It has to be known that the rate was not set, by which any write can be made one that does not match.
    """
    recording = recorded(f"{name}.x86-tsc.txt")
    given = Given(rules=replace(RULES, **change), never=frozenset({"tsc-khz"}))
    assert explain(recording.events, asked_of(recording.events, recording, given)).blocked


def test_offsets_that_are_honoured_do_not_explain_a_host_that_discards_them():
    """The first page shows a host TSC, where an offset was written before."""
    recording = recorded("normal.x86-tsc.txt")
    asked = asked_of(recording.events, recording, Given(offsets="honoured"))
    found = explain(recording.events, asked)
    assert found.blocked is not None and found.blocked.named == "kvm_pvclock_update"
    assert any("is not that of the master clock's pair" in r.guard for r in found.refusals)


def test_what_a_vmm_never_does_is_no_explanation():
    """KVM_SET_CLOCK alone explains a master clock that no vCPU has asked for."""
    recording = recorded("set_clock.x86-tsc.txt")
    asked = asked_of(recording.events, recording, Given(never=frozenset({"set-clock"})))
    found = explain(recording.events, asked)
    assert found.blocked is not None and found.blocked.named == "kvm_update_master_clock"
    assert asked.allowed == Allowed(frozenset({"set-clock"}))


def test_the_guessed_steps_are_what_was_done():
    """The VMM set the clock to 10^12 ns, and wrote 123456789 to the TSC of vCPU 1."""
    steps = [words for _, words in explained(recorded("set_clock.x86-tsc.txt")).left[0].steps]
    assert "kvmclock was set, and was 1000000000000 at this pair" in steps
    near = next(words for words in steps if words.startswith("write of a TSC near"))
    assert abs(int(near.split()[5]) - 123_456_789) < 10_000
