"""`vtsc live` on a fake of KVM: what follows the rules is explained, and each broken rule is noticed."""

from dataclasses import replace

import pytest

from conformance.explain.events import Page
from conformance.explain.reading import parsed
from conformance.live.findings import DIFFERS, EXPLAINED, INCONCLUSIVE
from conformance.live.probes import probed
from conformance.live.running import fuzzed, outcomes
from conformance.live.scenarios import fitting
from conformance.rates import khz_of
from model.today import PRESETS
from tests.support.fake_faults import Faults
from tests.support.fake_kvm import FakeKvm, broken

RULES = PRESETS["6.18"]
HONOURED, DISCARDED = replace(RULES, offset_honoured=True), replace(RULES, offset_honoured=False)


SCALED = HONOURED.but(scaling=True)
LATE = 1 << 52
"""A host TSC at which a ratio that is off by one is 16 cycles off."""


def seen(device, rules, names=None):
    """The outcome of each scenario, by its name; by default of all that fit the host."""
    host = probed(device)
    names = names or fitting(host)
    rules = host.rules(rules)
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
    """The scenario about a refused rate says nothing there, and says why; others say nothing elsewhere."""
    found = seen(FakeKvm(SCALED), SCALED, ["refused-rate"])["refused-rate"]
    assert found.outcome == INCONCLUSIVE and "refuses no rate" in found.note
    found = seen(FakeKvm(HONOURED), HONOURED, ["faster-guest"])["faster-guest"]
    assert found.outcome == INCONCLUSIVE and "cannot scale" in found.note


@pytest.mark.parametrize("bits", [48, 32])
@pytest.mark.parametrize("now", [5 * 10**12, LATE])
@pytest.mark.parametrize("honoured", [True, False])
def test_a_host_that_scales_is_explained(bits, now, honoured):
    """Every scenario that fits, and random sequences; how a ratio is rounded is found out."""
    rules = SCALED.but(ratio_bits=bits, offset_honoured=honoured)
    device = FakeKvm(rules, now=now)
    host = probed(device)
    assert host.scaling and host.ratio_bits == bits and host.faster
    found = seen(device, RULES)
    assert {"faster-guest", "slower-guests", "rates-apart"} <= set(found)
    found |= {each.name: each for each in fuzzed(device, host, host.rules(RULES), 15, 4, None)}
    differing = {n: [(f.name, f.words) for f in o.differing] for n, o in found.items()}
    assert {n: d for n, d in differing.items() if d} == {}
    assert {o.outcome for o in found.values()} == {EXPLAINED}


def test_sequences_set_every_kind_of_rate():
    """Rates that need scaling, below the host's and above, are set, honoured, and shown on pages."""
    device = FakeKvm(SCALED)
    host = probed(device)
    device.trace.clear()
    outcomes_of = list(fuzzed(device, host, SCALED, 10, 1, None))
    assert all(each.outcome == EXPLAINED for each in outcomes_of)
    pages = [e for e in parsed("\n".join(device.trace), "x").events if isinstance(e, Page)]
    rates = {khz_of(page.mul, page.shift) for page in pages}
    assert min(rates) < host.khz // 2 and host.khz in rates and max(rates) > host.khz * 6 // 5


@pytest.mark.parametrize(
    ("faults", "where", "now"),
    [
        (Faults(ratio_off=1), "faster-guest", LATE),
        (Faults(ratio_off=-1), "slower-guests", LATE),
        (Faults(offset_unscaled=True), "faster-guest", 5 * 10**12),
        (Faults(matches_any_rate=True), "rates-apart", 5 * 10**12),
        (Faults(page_unscaled=True), "faster-guest", 5 * 10**12),
        (Faults(pair_unscaled=True), "faster-guest", 5 * 10**12),
        (Faults(rate_kept=True), "slower-guests", 5 * 10**12),
    ],
)
def test_a_broken_rule_of_scaling_is_noticed(faults, where, now):
    """A ratio that is rounded otherwise, a match without the rate, and what else scaling is about."""
    found = seen(FakeKvm(SCALED, faults=faults, now=now), SCALED, [where])
    assert found[where].outcome == DIFFERS


@pytest.mark.parametrize(
    "faults",
    [
        Faults(ratio_off=1),
        Faults(offset_unscaled=True),
        Faults(matches_any_rate=True),
        Faults(page_unscaled=True),
        Faults(pair_unscaled=True),
        Faults(rate_kept=True),
    ],
)
def test_random_sequences_notice_a_broken_rule_of_scaling(faults):
    """Without a scenario that is about it."""
    device = FakeKvm(SCALED, faults=faults, now=LATE)
    host = probed(FakeKvm(SCALED))
    found = [each.outcome for each in fuzzed(device, host, SCALED, 20, 1, None)]
    assert found.count(DIFFERS) >= 3


def test_a_stalled_host_is_no_difference():
    """Where a pause of 0.3 s took 0.95 s, a write that did not match is inconclusive."""

    class Stalled(FakeKvm):
        def sleep(self, ns):
            super().sleep(ns if ns < 200_000_000 else 950_000_000)

    rules = replace(HONOURED, window=0)
    found = seen(Stalled(rules), HONOURED, ["within-a-second"])["within-a-second"]
    assert found.outcome == INCONCLUSIVE and "within 100 ms of the second" in found.note
