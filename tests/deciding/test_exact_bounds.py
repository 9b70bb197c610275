"""Bounds of lag and lateness on a host at half its rate: each is proved, and one ns less is violated.

S is the time slice, R the clock's step, D and E are dormancy and entry_delay, I is exit_interval.
"""

import pytest

from tests.support.apart import run_apart
from tests.support.cases import decide_group
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status

SLICE = {"timeslice": "1us"}
LAGS = [
    ("2.6.37", SLICE, 500),  # S / 2
    ("2.6.37", SLICE | {"host_rate_min": "3/4"}, 250),  # S / 4
    ("2.6.37", SLICE | {"clock_resolution": "100ns"}, 599),  # R - 1 + S / 2
    ("2.6.37", SLICE | {"clock_resolution": "1us"}, 1499),  # more than a slice
    ("patch25", SLICE | {"dormancy": "3us"}, 2000),  # (D + S) / 2
]
WOKEN = {"timeslice": "1ms"}
LATE, EARLY = {"early_bound": "unbounded"}, {"late_bound": "unbounded"}
ACCELERATED = WOKEN | {"accelerate_by": "500us", "timer_least": "500us"}
LATENESS = [
    (WOKEN | LATE, "late_bound", 1_500_000),  # D + E + S / 2
    (WOKEN | EARLY, "early_bound", 500_000),  # S / 2
    (WOKEN | LATE | {"accelerate_lag": "arm"}, "late_bound", 1_499_999),  # the target is 1 ns away
    (ACCELERATED | LATE, "late_bound", 1_000_000),  # D + E
    (ACCELERATED | EARLY, "early_bound", 1_000_000),  # S / 2 + the acceleration
]


def statuses(content, design: str, prop: str, given: dict[str, str], bound: str, least: int):
    """The verdicts with the least bound that holds, in ns, and with one less."""
    for ns in (least, least - 1):
        (group,) = groups(content, [design], ["slow"], [prop], given | {bound: f"{ns}ns"})
        (result,) = decide_group(content, group, 12)
        yield result.status


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "given", "least"),
    [LAGS[0], *(pytest.param(*each, marks=pytest.mark.hours) for each in LAGS[1:])],
)
def test_the_lag_of_a_loaded_guest(content, design, given, least):
    """Where it is put in time: what its slice loses, and what the clock was short of at the catchup."""
    found = statuses(content, design, "bounded_lag", given, "lag_bound", least)
    assert list(found) == [Status.PROVED, Status.VIOLATED]


@pytest.mark.hours
@pytest.mark.parametrize("design", ["patch25", "2.6.37"])
def test_exits_alone_bound_no_lag(content, design):
    """Neither design catches up at an exit: the lag grows beyond the time from one to the next."""
    given = {"exit_interval": "1us", "entry_delay": "1us", "lag_bound": "2us"}
    (group,) = groups(content, [design], ["slow"], ["bounded_lag"], given)
    (result,) = decide_group(content, group, 12)
    assert result.status is Status.VIOLATED


@pytest.mark.hours
@pytest.mark.parametrize(
    ("bound", "status", "told"), [(600, 0, "PROVED"), (599, 10, "VIOLATED(5)")]
)
def test_exits_bound_the_lag_of_a_design_that_catches_up_at_each(bound, status, told):
    """By (I + E) / 2."""
    given = ("exit_interval=1us", "entry_delay=200ns", f"lag_bound={bound}ns")
    sets = [text for value in given for text in ("--set", value)]
    asked = ["verify", "--design", "examples/exit_update.py", "--host", "slow", "-p", "bounded_lag"]
    code, output = run_apart(*asked, *sets)
    assert (code, f"exit-update slow bounded_lag: {told}" in output) == (status, True)


@pytest.mark.hours
@pytest.mark.parametrize(("given", "bound", "least"), LATENESS)
def test_the_lateness_of_a_timer(content, given, bound, least):
    """The wake-up and what a slice loses, late; what a slice loses, early; acceleration moves both."""
    found = statuses(content, "2.6.37", "timer_lateness", given, bound, least)
    assert list(found) == [Status.PROVED, Status.VIOLATED]
