"""The verdicts on recipes of known bugs and their fixes, with the delay on which they depend."""

import pytest

from model.today import rules_named
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, UNAVAILABLE, decide
from questions.recipes.script import SECOND, Gap, Saved
from tests.support.recipes import (
    MS,
    NONE,
    aged,
    all_then_each,
    clock_before_pause,
    clock_flags,
    deadline,
    documented,
    early_run,
    fixed,
    in_place,
    in_threads,
    one_by_one,
    rate,
    reference_reset,
    reset,
    saved_timer,
    signal,
)
from vtsc.base.errors import Exit

WIDE = Gap(0, 2 * SECOND, given=True)
YOUNG = ("write_lands", "tsc_continuous")
CASES = {
    "all then each": (all_then_each(2), "6.18", [HOLDS, HOLDS]),
    "all then each, 4": (all_then_each(4), "6.18", [HOLDS, HOLDS]),
    "all then each, far": (all_then_each(2, fixed(1200 * MS), NONE), "6.18", [FAILS, FAILS]),
    "far saves": (all_then_each(2, NONE, fixed(1400 * MS)), "6.18", [FAILS, FAILS]),
    "both far": (all_then_each(2, fixed(600 * MS), fixed(1400 * MS)), "6.18", [HOLDS, HOLDS]),
    "sum far": (all_then_each(3, fixed(600 * MS), NONE), "6.18", [HOLDS, HOLDS]),
    "one by one": (one_by_one(2), "6.18", [FAILS, FAILS]),
    "one by one, 4.12": (one_by_one(2), "4.12", [FAILS, FAILS]),
    "one by one, 4": (one_by_one(4), "6.18", [FAILS, FAILS]),
    "offsets copied": (one_by_one(2, attributes=True), "6.18", [HOLDS, HOLDS]),
    "offsets copied, 16": (one_by_one(16, attributes=True), "6.18", [HOLDS, HOLDS]),
    "offsets copied, 4.12": (one_by_one(2, attributes=True), "4.12", [UNAVAILABLE] * 2),
    "reset to 0": (reset(0), "6.18", [FAILS, HOLDS]),
    "reset to 0, 4.11": (reset(0), "4.11", [HOLDS, HOLDS]),
    "reset to 1": (reset(1, 4), "6.18", [HOLDS, HOLDS]),
    "reset to -1": (reset(2**64 - 1), "6.18", [HOLDS, FAILS]),
    "one parked": (reset(1, 3, [0, 1], [2]), "6.18", [HOLDS, FAILS]),
    "parked, too": (reset(1, 3, [0, 1, 2], [2]), "6.18", [HOLDS, HOLDS]),
    "one rate": (rate([0]), "6.18", [FAILS]),
    "all rates": (rate([0, 1]), "6.18", [HOLDS]),
    "rates before each": (rate([], before_each=True), "6.18", [HOLDS]),
    "young, 6.6": (all_then_each(2, uptime=450 * MS, wanted=YOUNG), "6.6", [FAILS, FAILS]),
    "young, 6.6+RU": (all_then_each(2, uptime=450 * MS, wanted=YOUNG), "6.6+RU", [HOLDS, HOLDS]),
    "young, 6.7": (all_then_each(2, uptime=450 * MS, wanted=YOUNG), "6.7", [HOLDS, HOLDS]),
    "old, 6.6": (all_then_each(2, uptime=2 * SECOND, wanted=YOUNG), "6.6", [HOLDS, HOLDS]),
    "flags": (clock_flags(Saved()), "6.18", [FAILS]),
    "flags, 4.12": (clock_flags(Saved()), "4.12", [HOLDS]),
    "no flags": (clock_flags(0), "6.18", [HOLDS]),
    "early run": (early_run(fix=False), "6.18", [FAILS, FAILS, FAILS]),
    "no early run": (early_run(fix=True), "6.18", [HOLDS, HOLDS, HOLDS]),
    "clock first": (clock_before_pause(fix=False), "6.18", [DEPENDS]),
    "pause first": (clock_before_pause(fix=True), "6.18", [HOLDS]),
    "documented": (documented(), "6.18", [HOLDS] * 4),
    "documented, 4.12": (documented(), "4.12", [UNAVAILABLE] * 4),
    "one cycle apart": (documented(apart=1), "6.18", [HOLDS, HOLDS, FAILS, HOLDS]),
    "read before set": (documented(read_first=True), "6.18", [HOLDS, FAILS, HOLDS, FAILS]),
    "stop and cont": (in_place(4800 * MS, clock=True), "6.18", [FAILS]),
    "pause in place": (in_place(4800 * MS, clock=False), "6.18", [HOLDS]),
    "signal at pause": (signal("pause"), "6.18", [FAILS]),
    "signal after MSRs": (signal("after"), "6.18", [HOLDS]),
    "signal before MSRs": (signal("before"), "6.18", [FAILS]),
    "signal to the VM": (signal("vm"), "6.18", [FAILS]),
    "deadline first": (deadline("lapic deadline tsc"), "6.18", [FAILS]),
    "deadline first, young": (deadline("lapic deadline tsc", SECOND // 2), "6.18", [HOLDS]),
    "deadline last": (deadline("lapic tsc deadline"), "6.18", [HOLDS]),
    "LAPIC last": (deadline("tsc deadline lapic"), "6.18", [FAILS]),
    "LAPIC saved first": (saved_timer(lapic_first=True), "6.18", [HOLDS]),
    "LAPIC saved first, posted": (saved_timer(lapic_first=True), "6.18+RP", [DEPENDS]),
    "0 replaced, posted": (saved_timer(True, replaced=True, vcpus=1), "6.18+RP", [HOLDS]),
    "0 replaced, posted, 2": (saved_timer(True, replaced=True), "6.18+RP", [DEPENDS]),
    "reference, 0": (reference_reset(0), "6.18", [FAILS, FAILS]),
    "reference, 1": (reference_reset(1), "6.18", [HOLDS, HOLDS]),
    "threads": (in_threads(3), "6.18", [FAILS, HOLDS]),
    "like threads": (in_threads(16, same=True), "6.18", [FAILS, HOLDS]),
}


SLOW = ("16", "threads")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n.endswith(SLOW) else n for n in CASES],
)
def test_verdict(name):
    """Each recipe is decided as its monitor's history says; what fails or depends has a run that shows it."""
    script, rules, expected = CASES[name]
    found = decide(script, rules_named(rules))
    assert [v.result for v in found] == expected
    for verdict in found:
        assert (verdict.failing is not None) == (verdict.result in (FAILS, DEPENDS))
        assert (verdict.holding is not None) == (verdict.result in (HOLDS, DEPENDS))
        assert bool(verdict.texts) == (verdict.result in (HOLDS, FAILS, DEPENDS))
        assert (verdict.status is Exit.OK) == (verdict.result == HOLDS)


def test_the_window_is_a_second_less_a_nanosecond():
    """One gap decides: a second later, the second write does not match."""
    for verdict in decide(all_then_each(2, WIDE, NONE), rules_named("6.18")):
        assert verdict.result == DEPENDS
        assert verdict.threshold == ("set1", "<=", 999_999_999)
        assert verdict.failing.delays["set1"] == 1_000_000_000


def test_a_gap_between_saves_makes_up_for_one_between_writes():
    """Neighbours match while the two gaps are within a second of each other, for each pair by itself."""
    verdict = decide(all_then_each(3, WIDE, WIDE), rules_named("6.18"))[1]
    (part,) = verdict.parts
    assert sorted(part) == [
        "save1 <= set1 + 999999999",
        "save2 <= set2 + 999999999",
        "set1 <= save1 + 999999999",
        "set2 <= save2 + 999999999",
    ]


def test_seven_pairs_have_fourteen_bounds():
    """The exact condition is found for more vCPUs, too."""
    verdict = decide(all_then_each(8, WIDE, WIDE), rules_named("6.18"))[1]
    assert [len(part) for part in verdict.parts] == [14]


def test_a_guest_must_be_a_second_old():
    """Up to 6.6, a restored TSC lands once it is a second above what the creation's 0 has grown to."""
    young = all_then_each(1, uptime=aged(0, 3 * SECOND), wanted=(("write_lands", {"x": 0}),))
    verdict = decide(young, rules_named("6.6"))[0]
    assert verdict.result == DEPENDS and verdict.fails
    assert verdict.parts == (("uptime + d1 <= 999999999", "uptime + d1 >= 1"),)


def test_the_clock_falls_by_what_passed_until_the_last_pause():
    """The claim holds only where no time has passed between the reading and the last vCPU's pause."""
    (verdict,) = decide(clock_before_pause(fix=False), rules_named("6.18"))
    assert not verdict.fails and verdict.parts == (("d2 + d3 <= 0",),)


def test_the_timer_is_lost_between_two_reads():
    """A posted timer is kept where it expires before the LAPICs are read, or after all MSRs are.

    In between there is one more way: the TSC of vCPU 1 is saved later and matches that of vCPU 0, so an
    interrupt that is pending on vCPU 1 comes before its deadline, unless restoring takes long enough.
    """
    (verdict,) = decide(saved_timer(lapic_first=True), rules_named("6.18+RP"))
    assert not verdict.fails and len(verdict.parts) == 3
    assert {("d3 + d4 + d5 >= 60000000",), ("d3 + d4 + d5 + d6 + d7 + d8 <= 59999999",)} < {
        *verdict.parts
    }


def test_a_witness_names_the_rule_that_decided():
    """The creation of vCPU 1 stored the 0 that its own TSC is then compared with."""
    verdict = decide(one_by_one(2), rules_named("6.18"))[1]
    told = dict(verdict.failing.replay.remarks)
    assert "creating v1 stored 0 as the reference" in told[7]
    assert told[9] == "the master clock is off: 1 of 2 vCPUs are counted as equal"
