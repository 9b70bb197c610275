"""`vtsc live` on a fake of KVM: what follows the rules is explained, and each broken rule is noticed."""

from dataclasses import replace

import pytest

from conformance.live.findings import DIFFERS, EXPLAINED, INCONCLUSIVE
from conformance.live.probes import probed
from conformance.live.running import fuzzed, outcomes
from conformance.live.scenarios import SCENARIOS
from model.today import PRESETS
from tests.support.fake_kvm import FakeKvm, Faults, broken

RULES = PRESETS["6.18"]
HONOURED, DISCARDED = replace(RULES, offset_honoured=True), replace(RULES, offset_honoured=False)


def seen(device, rules, names=tuple(SCENARIOS)):
    """The outcome of each scenario, by its name."""
    host = probed(device)
    rules = replace(rules, offset_honoured=host.honoured, scaling=host.scaling)
    return {each.name: each for each in outcomes(device, host, rules, list(names), None)}


@pytest.mark.parametrize("khz", [2_596_146, 2_000_000, 3_000_000])
@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("rules", [HONOURED, DISCARDED], ids=["honoured", "discarded"])
def test_a_host_that_follows_the_rules_is_explained(rules, at_once, khz):
    """Every scenario, whether offsets are kept or not, and whenever a guest's request is served."""
    found = seen(FakeKvm(rules, khz, at_once=at_once), rules)
    differing = {n: [(f.name, f.words) for f in o.differing] for n, o in found.items()}
    assert {n: d for n, d in differing.items() if d} == {}
    assert {o.outcome for o in found.values()} == {EXPLAINED}
    assert all(len(o.findings) >= 15 for o in found.values())


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"zero_matches": False}, "beyond-a-second"),
        ({"first_write_exempt": False}, "first-writes"),
        ({"master_needs_match": False}, "beyond-a-second"),
        ({"count_once": False}, "offset-twice"),
        ({"attribute_is_user_write": False}, "attribute-then-write"),
        ({"creation_stores_zero": False}, "create-after-write"),
        ({"adjust_updates": False}, "guest-adjust"),
        ({"registration_updates": False}, "creation"),
        ({"clock_from_creation": False}, "creation"),
        ({"realtime_honoured": False}, "real-time"),
        ({"refused_rate_stored": False}, "refused-rate"),
        ({"window": 2}, "beyond-a-second"),
        ({"window": 0}, "within-a-second"),
        ({"matches_counted": 2}, "creation"),
    ],
)
@pytest.mark.parametrize("honoured", [True, False])
def test_a_broken_rule_is_noticed(change, where, honoured):
    """One rule of the host is another one, and a scenario that is about it differs."""
    rules = replace(RULES, offset_honoured=honoured)
    found = seen(broken(rules, **change), rules, [where])
    assert found[where].outcome == DIFFERS, change


@pytest.mark.parametrize(
    ("faults", "where"),
    [
        (Faults(clock_off_ns=1), "page-and-clock"),
        (Faults(raw_off_ppb=300), "drift"),
        (Faults(version_step=2), "creation"),
        (Faults(no_delayed=True), "delayed-update"),
        (Faults(updates_on_guest_tsc=True), "guest-adjust"),
        (Faults(forgets_rate=True), "refused-rate"),
    ],
)
def test_another_fault_is_noticed(faults, where):
    """Things that no switch of the rules is about: a ns in the clock, a ppm in its rate, a page too many."""
    found = seen(FakeKvm(RULES, faults=faults), RULES, [where])
    assert found[where].outcome == DIFFERS


@pytest.mark.parametrize("rules", [HONOURED, DISCARDED], ids=["honoured", "discarded"])
def test_random_sequences_are_explained(rules):
    """Some sequences of calls, on a fake that follows the rules."""
    device = FakeKvm(rules)
    for each in fuzzed(device, probed(device), rules, 25, 1, None):
        words = [(f.name, f.words) for f in each.differing]
        assert each.outcome == EXPLAINED, (each.name, words)


def test_random_sequences_notice_what_is_broken():
    """A host on which a repeated match counts twice does not survive a few sequences."""
    device = broken(DISCARDED, count_once=False)
    found = [each.outcome for each in fuzzed(device, probed(device), DISCARDED, 25, 1, None)]
    assert found.count(DIFFERS) > 5


def test_the_same_seed_makes_the_same_calls():
    """Sequences are drawn from the seed alone."""
    runs = []
    for _ in range(2):
        device = FakeKvm(HONOURED)
        found = fuzzed(device, probed(device), HONOURED, 3, 5, None)
        runs.append([[f.name for f in each.findings] for each in found])
    assert runs[0] == runs[1]


def test_probes():
    """What the host does is found out, and not assumed."""
    host = probed(FakeKvm(HONOURED))
    assert (host.khz, host.honoured, host.scaling, host.page_change) == (
        2_596_146,
        True,
        False,
        False,
    )
    assert not probed(FakeKvm(DISCARDED)).honoured


def test_a_host_that_scales_refuses_no_rate():
    """The scenario about a refused rate says nothing there, and says why."""
    rules = replace(HONOURED, scaling=True)
    found = seen(FakeKvm(rules), rules, ["refused-rate"])["refused-rate"]
    assert found.outcome == INCONCLUSIVE and "scale" in found.note


def test_a_stalled_host_is_no_difference():
    """Where a pause of 0.3 s took 0.95 s, a write that did not match is inconclusive."""

    class Stalled(FakeKvm):
        def sleep(self, ns):
            super().sleep(ns if ns < 200_000_000 else 950_000_000)

    rules = replace(HONOURED, window=0)
    found = seen(Stalled(rules), HONOURED, ["within-a-second"])["within-a-second"]
    assert found.outcome == INCONCLUSIVE and "within 100 ms of the second" in found.note
