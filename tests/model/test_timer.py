"""The guest's timer and the host's, step by step on plain integers, and what is there without timers."""

import pytest

from model import MODEL
from model.guest.timer import with_timer
from properties.timer_lateness import lateness
from tests.model.test_creation import TSC, take
from tests.model.test_limits import due_at, refused
from vtsc.base.errors import BadFileError, UsageError
from vtsc.language import index
from vtsc.native.inputs import Recorded
from vtsc.native.lead import lead

ON = {"timer": "on"}


def running(design: str = "2.6.37", host: str = "stable", phase: int | None = None, **given: str):
    """A machine with timers, and a state in which vCPU 0 is in guest mode on pCPU 0."""
    machine = MODEL.build(design, host, MODEL.resolve(design, ON | given, {}))
    state = machine.state()
    start = {"k0": 6_000_000_000, "tsc": TSC}
    machine.initialise(state, Recorded(start if phase is None else {**start, "phase": phase}))
    for name, args in (("load", (0, 0)), ("serve", (0,)), ("enter", (0,))):
        take(machine, state, name, *args)
    return machine, state


def delivered(machine, state, dt: int = 0, **inputs: int) -> int:
    """The lateness with which the next entry of vCPU 0 delivers its timer."""
    take(machine, state, "enter", 0, dt=dt, **inputs)
    (vcpu,) = state.vm.vcpus
    assert vcpu.timer_delivered and not vcpu.timer_fired
    return lateness(machine, state, 0)


def test_without_timers_there_is_nothing_of_them():
    """No field and no action, so states, traces and rules are what they were."""
    machine = MODEL.build("patch25", "cstate", MODEL.resolve("patch25", {}, {}))
    assert not {n for n in machine.state().records["vcpu0"].fields if n.startswith("timer")}
    assert not {"arm", "fire"} & machine.actions.keys()
    assert not {lemma.name for lemma in machine.lemmas()} & {"fired_is_due", "slice_loss"}


def test_a_timer_is_armed_fires_and_is_delivered():
    """Arming is an exit; the host's timer fires when its time has come; the next entry delivers, late."""
    machine, state = running()
    (vcpu,) = state.vm.vcpus
    take(machine, state, "arm", 0, dt=3, delay=10)
    assert (vcpu.in_guest, vcpu.timer_armed, vcpu.timer_due) == (False, True, 13)
    assert machine.design.read_tsc(state.host, vcpu) + 10 - vcpu.timer_target in (0, 1 << 64)
    assert refused(machine, state, "fire", 0, dt=9)
    take(machine, state, "put", 0)
    take(machine, state, "fire", 0, dt=10)
    take(machine, state, "load", 0, 1)
    take(machine, state, "serve", 0)
    assert delivered(machine, state, dt=7) == 7
    assert refused(machine, state, "fire", 0, dt=99)


def test_firing_is_an_exit_where_the_guest_runs():
    """And the entry after it delivers; an entry before it delivers nothing."""
    machine, state = running()
    (vcpu,) = state.vm.vcpus
    take(machine, state, "arm", 0, delay=10)
    take(machine, state, "enter", 0)
    assert vcpu.in_guest and not vcpu.timer_delivered
    assert refused(machine, state, "arm", 0, delay=10)
    take(machine, state, "fire", 0, dt=10)
    assert not vcpu.in_guest
    assert delivered(machine, state) == 0
    take(machine, state, "exit", 0)
    assert not vcpu.timer_delivered


def test_a_sleeper_is_woken_in_time():
    """Dormancy does not count while it waits; from the expiry on, both limits count, over any put."""
    machine, state = running(dormancy="2ns", entry_delay="1ns")
    take(machine, state, "arm", 0, delay=4)
    take(machine, state, "put", 0)
    assert due_at(machine, state, "load", 0, 0) is None
    take(machine, state, "fire", 0, dt=5)
    assert due_at(machine, state, "load", 0, 0) == 2
    take(machine, state, "load", 0, 0, dt=1)
    take(machine, state, "put", 0)
    assert due_at(machine, state, "load", 0, 0) == 1
    take(machine, state, "load", 0, 0, dt=1)
    assert due_at(machine, state, "enter", 0) == 0
    assert delivered(machine, state) == 3


@pytest.mark.parametrize(
    ("phase", "at", "delay", "due"),
    [(0, 9, 1, 10), (0, 9, 5, 10), (0, 9, 11, 20), (0, 0, 1, 10), (0, 0, 10, 10), (4, 5, 12, 16)],
)
def test_the_kernel_clock_moves_the_expiry(phase, at, delay, due):
    """It fires at the first step that shows the expiry, up to a step too early or too late."""
    machine, state = running(phase=phase, clock_resolution="10ns")
    take(machine, state, "arm", 0, dt=at, delay=delay)
    assert state.vm.vcpus[0].timer_due == due
    assert abs(due - (at + delay)) < 10
    machine, state = running(phase=phase, clock_resolution="10ns", timer_clock="true")
    take(machine, state, "arm", 0, dt=at, delay=delay)
    assert state.vm.vcpus[0].timer_due == at + delay


def test_a_timer_may_fire_early_by_a_duration():
    """A timer that would have fired before it was armed fires at once."""
    machine, state = running(accelerate_by="4ns")
    take(machine, state, "arm", 0, dt=1, delay=10)
    assert state.vm.vcpus[0].timer_due == 7
    take(machine, state, "fire", 0, dt=6)
    assert delivered(machine, state) == -4
    take(machine, state, "arm", 0, delay=3)
    assert state.vm.vcpus[0].timer_due == state.host.t == 7


@pytest.mark.parametrize(
    ("accelerate", "due", "late"), [("off", 28, 4), ("arm", 24, 0), ("put", 24, 0)]
)
def test_a_catchup_makes_a_timer_late_unless_it_is_accelerated(accelerate, due, late):
    """The guest has lost 4 cycles when it arms its timer and sleeps, and catches up when it is woken."""
    machine, state = running("2.6.37", "slow", accelerate_lag=accelerate)
    (vcpu,) = state.vm.vcpus
    take(machine, state, "mark", dt=0)
    take(machine, state, "arm", 0, dt=8, d0=4, d1=4, delay=20)
    take(machine, state, "put", 0, d0=0, d1=0)
    assert vcpu.timer_due == due
    take(machine, state, "fire", 0, dt=due - 8, d0=due - 8, d1=due - 8)
    take(machine, state, "load", 0, 0, d0=0, d1=0)
    take(machine, state, "serve", 0, d0=0, d1=0)
    assert delivered(machine, state, d0=0, d1=0) == late


def test_a_design_that_knows_no_lag_cannot_accelerate_by_it():
    """Nor has a property of timers a meaning without them."""
    with pytest.raises(UsageError, match=r"design pre25 knows no lag, only patch25, 2\.6\.37"):
        MODEL.resolve("pre25", ON | {"accelerate_lag": "arm"}, {})
    with pytest.raises(UsageError, match="no meaning without them"):
        MODEL.resolve("pre25", {"timer": "off"}, ON)


def test_a_design_has_no_field_of_the_timers_name():
    """It would be one field for two things."""
    with pytest.raises(BadFileError, match="a vCPU has a field timer_due where timers are on"):
        with_timer({"timer_due": index("mine", 0, hi=1)})


def lead_to_a_read(machine, state) -> list[str]:
    """The calls by which vCPU 0 gets to read its TSC."""
    return [str(call) for call in lead(machine, state, machine.progress(), 0)]


def test_its_own_wake_up_that_is_due_comes_before_a_read():
    """The timer fires, and the entry that the read needs delivers it."""
    machine, state = running(dormancy="2ns", entry_delay="1ns")
    take(machine, state, "arm", 0, delay=2)
    take(machine, state, "put", 0)
    take(machine, state, "load", 0, 1, dt=5)
    assert lead_to_a_read(machine, state) == ["fire(0)", "serve(0)", "enter(0)", "rdtsc(0)"]


def test_the_wake_up_of_another_vcpu_comes_before_a_read():
    """That one is woken, loaded and entered first."""
    machine, state = running(dormancy="2ns", entry_delay="1ns", vcpus="2")
    for name, args in (("load", (1, 1)), ("serve", (1,)), ("enter", (1,))):
        take(machine, state, name, *args)
    take(machine, state, "arm", 1, delay=2)
    take(machine, state, "put", 1)
    take(machine, state, "exit", 0, dt=5)
    woken = ["fire(1)", "load(1, 1)", "serve(1)", "enter(1)"]
    calls = lead_to_a_read(machine, state)
    assert (calls[0], set(woken) >= set(calls[:-2])) == ("fire(1)", True)
    assert calls[-2:] == ["enter(0)", "rdtsc(0)"] and "enter(1)" in calls
