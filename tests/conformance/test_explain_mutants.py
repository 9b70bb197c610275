"""A trace with one line changed or dropped is mostly blocked: as often as is known to be possible."""

import re
from collections import Counter
from collections.abc import Iterable

import pytest

from conformance.explain.reading import parsed
from tests.support.recordings import BY_TSC, explained, text_of
from tests.support.trace_mutants import Mutant, mutants

LEAST = {
    "track": 100,
    "master": 100,
    "page": 100,
    "prev": 100,
    "tsc_timestamp": 80,
    "system_time": 66,
    "drop track": 100,
    "drop master": 95,
    "drop offset": 73,
    "drop page": 75,
}
"""The percentages of each kind that must be blocked; for changed offsets it is known which must be."""
FREE = {
    "guest_adjust": {17, 22},
    "khz_refused": {17},
    "offset_twice": {17},
    "restore_1200ms": {17, 19},
    "set_clock": {27},
}
"""The lines of offsets that may be any number: seven of 28.

Each follows from a number that the caller chose and no event shows: a TSC or an offset that user space wrote
and that does not match, or an IA32_TSC_ADJUST that user space wrote before the guest did. All recordings are
of a host that discards offsets, so nothing that comes later depends on them.
"""
BY_GUEST = "guest_adjust", 27, 5_990_762_574_381
"""The offset of a guest's TSC write, which tells when it was made: trace, line, the host TSC of the write."""


def campaign(chosen: Iterable[Mutant]) -> tuple[Counter[str], Counter[str]]:
    """How many mutants there were of each kind, and how many were blocked."""
    tried, blocked = Counter[str](), Counter[str]()
    for mutant in chosen:
        tried[mutant.kind] += 1
        blocked[mutant.kind] += explained(parsed(mutant.text, mutant.kind)).blocked is not None
    return tried, blocked


def every(seed: int) -> list[Mutant]:
    """All mutants of all recordings."""
    return [mutant for name in BY_TSC for mutant in mutants(text_of(name), seed)]


def test_a_sample_of_mutants_is_blocked():
    """Every sixth mutant; where all must be blocked, all of the sample are."""
    tried, blocked = campaign(every(seed=1)[::6])
    assert set(LEAST) <= set(tried)
    for kind, least in LEAST.items():
        if least >= 95:
            assert blocked[kind] == tried[kind], kind
    total = sum(blocked[kind] for kind in LEAST)
    assert total >= 0.85 * sum(tried[kind] for kind in LEAST)


@pytest.mark.hours
@pytest.mark.parametrize("seed", range(1, 11))
def test_every_kind_of_mutant_is_blocked_as_often_as_it_should(seed):
    """The whole campaign: each kind by itself. Changed offsets have a test of their own."""
    tried, blocked = campaign(every(seed))
    shares = {kind: 100 * blocked[kind] / tried[kind] for kind in LEAST}
    assert {kind for kind, share in shares.items() if share < LEAST[kind]} == set(), shares


def changed_offsets(name: str, seed: int) -> list[tuple[int, int, bool]]:
    """The line of each changed offset of a recording, by how much it was changed, whether it is blocked."""
    lines = [line for line in text_of(name).splitlines() if "vtsc:" not in line]
    found = []
    for mutant in mutants(text_of(name), seed):
        if mutant.kind == "offset":
            before, after = lines[mutant.line - 1], mutant.text.splitlines()[mutant.line - 1]
            by = [int(re.search(r"next=(\d+)", line)[1]) for line in (after, before)]  # type: ignore[index]
            told = explained(parsed(mutant.text, name)).blocked
            found.append((mutant.line, by[0] - by[1], told is not None))
    return found


def stamps_around(name: str, line: int) -> tuple[int, int]:
    """The time of an event, and of what its thread did before."""
    events = parsed(text_of(f"{name}.x86-tsc.txt"), name).events
    lines = [x for x in text_of(f"{name}.x86-tsc.txt").splitlines() if "vtsc:" not in x]
    stamp = int(re.search(r" (\d+):", lines[line - 1])[1])  # type: ignore[index]
    mine = next(e for e in events if e.stamp == stamp)
    return int(max(e.stamp for e in events if e.thread == mine.thread and e.stamp < stamp)), stamp


@pytest.mark.parametrize("name", BY_TSC)
@pytest.mark.parametrize("seed", [1, pytest.param(range(2, 11), marks=pytest.mark.hours)])
def test_a_changed_offset_is_blocked_unless_it_may_be_any_number(name, seed):
    """Where it may be any number, it is explained; where the guest wrote it, it must fit to its time."""
    short = name.removesuffix(".x86-tsc.txt")
    for each in [seed] if isinstance(seed, int) else seed:
        for line, by, blocked in changed_offsets(name, each):
            if (short, line) == BY_GUEST[:2]:
                low, high = stamps_around(short, line)
                assert blocked == (not low <= BY_GUEST[2] - by <= high), (each, by)
            else:
                assert blocked == (line not in FREE.get(short, ())), (each, line, by)


def test_a_repeated_master_clock_is_explained_where_no_page_shows_its_pair():
    """It is what KVM_SET_CLOCK would write; but then a pair was taken after the first one."""
    chosen = [m for m in mutants(text_of("normal.x86-tsc.txt"), 1) if m.kind == "repeat master"]
    blocked = {m.line for m in chosen if explained(parsed(m.text, m.kind)).blocked}
    assert {m.line for m in chosen} == {1, 6, 10}
    assert blocked == {6, 10}
