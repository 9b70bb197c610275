"""The limits of vCPUs, step by step on plain integers: what counts, what restarts it, what it forbids."""

import pytest

from tests.model.test_creation import started, take
from vtsc.language.words import Illegal

LATE = 6


def refused(machine, state, name: str, *args: int, **inputs: int) -> bool:
    """Whether a step is not allowed; the state is left as it was."""
    before = state.saved()
    try:
        take(machine, state, name, *args, **inputs)
    except Illegal:
        return True
    finally:
        state.restore(before)
    return False


def due_at(machine, state, name: str, *args: int) -> int | None:
    """The greatest dt with which a step can be taken; None where none of the first few is too much."""
    allowed = [dt for dt in range(LATE + 1) if not refused(machine, state, name, *args, dt=dt)]
    assert allowed == list(range(len(allowed)))
    return None if len(allowed) > LATE else len(allowed) - 1


def test_entry_delay_counts_from_the_load():
    """Serving does not restart it, entering ends it, and being off a pCPU is none of its business."""
    machine, state = started("2.6.37", "cstate", entry_delay="4ns")
    assert due_at(machine, state, "load", 0, 0) is None
    take(machine, state, "load", 0, 0, dt=5)
    assert due_at(machine, state, "serve", 0) == 4
    take(machine, state, "serve", 0, dt=3)
    assert due_at(machine, state, "enter", 0) == due_at(machine, state, "put", 0) == 1
    assert due_at(machine, state, "mark") == 1
    take(machine, state, "enter", 0, dt=1)
    assert due_at(machine, state, "exit", 0) is None


def test_a_put_and_a_load_restart_entry_delay():
    """After which it counts from the load again."""
    machine, state = started("2.6.37", entry_delay="4ns")
    take(machine, state, "load", 0, 0)
    take(machine, state, "put", 0, dt=4)
    assert due_at(machine, state, "load", 0, 1) is None
    take(machine, state, "load", 0, 1, dt=5)
    assert due_at(machine, state, "put", 0) == 4


@pytest.mark.parametrize("leave", ["exit", "kvmclock"])
def test_entry_delay_counts_from_an_exit(leave):
    """And from the guest's write to the kvmclock MSR, which is one."""
    machine, state = started("e48672fa", entry_delay="4ns", kvmclock="any")
    take(machine, state, "load", 0, 0)
    take(machine, state, "serve", 0)
    take(machine, state, "enter", 0, dt=4)
    take(machine, state, leave, 0, dt=5)
    assert due_at(machine, state, "put", 0) == 4


def test_between_two_exits_both_limits_add_up():
    """Out of guest mode for one, in guest mode for the other; a native read restarts neither."""
    machine, state = started("2.6.37", entry_delay="2ns", exit_interval="4ns")
    take(machine, state, "load", 0, 0)
    take(machine, state, "serve", 0)
    take(machine, state, "enter", 0, dt=2)
    take(machine, state, "rdtsc", 0, dt=3)
    assert due_at(machine, state, "exit", 0) == 1
    take(machine, state, "exit", 0, dt=1)
    assert due_at(machine, state, "enter", 0) == 2
    take(machine, state, "enter", 0, dt=2)
    assert due_at(machine, state, "exit", 0) == 4


def test_creation_starts_dormancy_and_no_entry_delay():
    """Its load and its put are over at once."""
    machine, state = started("2.6.37", entry_delay="2ns", dormancy="4ns", create_anytime="on")
    assert due_at(machine, state, "create", 0, 0) is None
    take(machine, state, "create", 0, 0, dt=5)
    assert due_at(machine, state, "load", 0, 0) == 4


def test_time_that_passes_while_requests_are_served_counts():
    """Between two samples of one update, for every vCPU."""
    machine, state = started("patch25", entry_delay="4ns", sampling_gap="9ns", kvmclock="on")
    take(machine, state, "load", 0, 0)
    state.vm.vcpus[0].request_clock_update = True
    assert not refused(machine, state, "serve", 0, dt=1, gap_dt=3)
    assert refused(machine, state, "serve", 0, dt=1, gap_dt=4)
