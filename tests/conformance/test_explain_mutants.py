"""A trace with one line changed or dropped is mostly blocked: as often as is known to be possible."""

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
    "tsc_timestamp": 63,
    "system_time": 63,
    "offset": 73,
    "drop track": 100,
    "drop master": 95,
    "drop offset": 73,
    "drop page": 39,
}
"""The percentages of each kind that must be blocked; a repeated master clock looks like KVM_SET_CLOCK."""


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
    """The whole campaign: each kind by itself."""
    tried, blocked = campaign(every(seed))
    shares = {kind: 100 * blocked[kind] / tried[kind] for kind in LEAST}
    assert {kind for kind, share in shares.items() if share < LEAST[kind]} == set(), shares


def test_a_repeated_master_clock_is_explained():
    """It is what KVM_SET_CLOCK would write, so that no rule can tell the two apart."""
    chosen = [m for m in mutants(text_of("normal.x86-tsc.txt"), 1) if m.kind == "repeat master"]
    _, blocked = campaign(chosen)
    assert chosen and blocked["repeat master"] == 0
