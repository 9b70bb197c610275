"""The kvmclock page: what updates write, what the guest reads, the floor, and what is there without it."""

import pytest

from model import MODEL
from properties import PROPERTIES
from tests.support.cases import open_case
from vtsc.base.errors import UsageError
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.systems import Systems
from vtsc.language.actions import Call
from vtsc.language.words import Illegal
from vtsc.native.inputs import Recorded

TICK = 10_000_000
"""The step of the kernel clock, in ns."""
UPTIME = 6_000_000_000
COARSE = {"clock_resolution": "10ms"}
BEGIN = (("load", 0, 0), ("serve", 0), ("enter", 0), ("kvmclock", 0, 5), ("serve", 0), ("enter", 0))
AGAIN = (("kvmclock", 0, 5), ("enter", 0), ("kvmclock", 0, 5), ("serve", 0), ("enter", 0))
"""The guest turns its page off and on; the last number of an action is the ns that pass before it."""


class Guest:
    """A machine with a guest that reads kvmclock, and the monitor of a property."""

    def __init__(self, design, prop="kvmclock_monotonic", **given):
        settings = MODEL.resolve(design, COARSE | given, PROPERTIES[prop].defaults)
        self.machine = MODEL.build(design, "stable", settings)
        self.state = self.machine.state()
        self.ns = self.state.host.base.ns
        start = {"k0": UPTIME * self.ns, "phase": 0, "tsc": 1000}
        self.machine.initialise(self.state, Recorded(start))
        self.prop = PROPERTIES[prop]
        self.ghosts = self.prop.ghosts(self.machine)

    def take(self, *steps):
        """Take steps; those of the MSR have the ns before them as their last number.

        Where turning the page off asks for an update, too, that is served before the entry.
        """
        for name, *args in steps:
            if name == "enter" and self.machine.pending(self.state.vm.vcpus[0]):
                self.step("serve", 0)
            dt = args.pop() if name == "kvmclock" else 0
            self.step(name, *args, dt=dt)

    def step(self, name, *args, dt=0):
        """Take one step after ``dt`` ns; returns what it observes, and whether it violates."""
        inputs = Recorded({"dt": dt * self.ns})
        self.machine.advance(self.state, inputs)
        step = self.machine.perform(self.state, Call(name, args), inputs)
        return step.observed, self.prop.observe(self.machine, self.state, self.ghosts, step)

    def clock(self, v=0, dt=1):
        """What a vCPU reads from its page ``dt`` ns later, less the uptime; and whether it violates."""
        read, violates = self.step("clock", v, dt=dt)
        return read.page - UPTIME, violates


@pytest.mark.parametrize(
    ("design", "second", "violates"),
    [
        ("f38e098f", 1, True),
        ("e48672fa", 1, True),
        ("pre25", 5011, False),
        ("patch25", 5011, False),
        ("2.6.37", 5011, False),
    ],
)
def test_a_second_update_within_a_step_of_the_clock(design, second, violates):
    """Without a floor the page starts again at the step; with one it goes on from the last exit."""
    guest = Guest(design)
    guest.take(*BEGIN)
    assert guest.clock(dt=5000) == (5000, False)
    guest.take(*AGAIN)
    assert guest.clock() == (second, violates)


def test_a_later_step_of_the_clock_is_above_the_floor():
    """The page then has the clock's own time."""
    guest = Guest("pre25")
    guest.take(*BEGIN)
    guest.clock(dt=5000)
    guest.take(*AGAIN[:3])
    guest.step("serve", 0, dt=TICK)
    guest.take(("enter", 0))
    assert guest.clock() == (TICK + 1, False)


def test_a_tsc_of_0_in_the_page_counts_as_no_page():
    """At the very instant of creation an update has no floor; rdtsc_cycles=0 lets the guest be there."""
    guest = Guest("pre25", rdtsc_cycles="0")
    guest.take(*((n, 0, 0) if n == "kvmclock" else (n, *a) for n, *a in BEGIN))
    assert guest.state.vm.vcpus[0].hv_timestamp == 0
    guest.clock(dt=5000)
    guest.take(*AGAIN)
    assert guest.clock() == (1, True)


@pytest.mark.parametrize(("exits", "later"), [("exit", "2^63"), ("update", "a step")])
def test_two_updates_without_an_entry_in_between(exits, later):
    """Where only an exit notes the TSC, the floor of the second is computed from before the first."""
    guest = Guest({"exit": "pre25", "update": "2.6.37"}[exits], virtual_khz="2400000")
    guest.take(*BEGIN)
    guest.clock(dt=5000)
    guest.take(("exit", 0))
    (vcpu,) = guest.state.vm.vcpus
    for dt in (1000, 1000):
        vcpu.request_clock_update = True
        guest.step("serve", 0, dt=dt)
    jump = vcpu.hv_time - UPTIME
    assert jump > 1 << 62 if later == "2^63" else 0 < jump < TICK


@pytest.mark.parametrize(("last_value", "violates"), [("off", True), ("on", False)])
def test_across_vcpus_the_guest_sees_to_it(last_value, violates):
    """Pages of a coarse clock differ, floor or not; the guest takes no time below one that it took."""
    guest = Guest("pre25", "kvmclock_monotonic_smp", kvmclock="on", guest_last_value=last_value)
    for v in range(2):
        for name, args in (("load", (v, v)), ("serve", (v,)), ("enter", (v,))):
            guest.step(name, *args, dt=10)
    assert guest.clock(0, dt=100)[1] is False
    read, hit = guest.step("clock", 1, dt=1)
    assert hit is violates and (read.value == read.page) is violates


def test_the_clock_is_read_in_guest_mode_from_a_page():
    """Not without a page, and not out of guest mode; and it takes a cycle."""
    guest = Guest("2.6.37")
    guest.take(*BEGIN[:3])
    with pytest.raises(Illegal):
        guest.step("clock", 0, dt=1)
    guest.take(*BEGIN[3:])
    with pytest.raises(Illegal):
        guest.step("clock", 0)
    guest.step("exit", 0)
    with pytest.raises(Illegal):
        guest.step("clock", 0, dt=1)


@pytest.mark.parametrize(
    ("prop", "given"),
    [("kvmclock_monotonic", {}), ("kvmclock_monotonic_smp", {})],
)
def test_the_floor_and_the_guest_are_proved(content, prop, given):
    """By lemmas: on one vCPU for pre25, and across two for whatever the guest takes."""
    case = open_case(content, "pre25", "stable", prop, pcpus="1", **COARSE, **given)
    system = Systems(case).own([content.properties[prop]], case.lemmas(prop))
    assert Induction(system).proves(prop)


@pytest.mark.parametrize(
    "given",
    [
        {"clock_reads": "on"},
        {"clock_reads": "on", "kvmclock": "on", "sampling_gap": "1ns"},
        {"clock_reads": "on", "kvmclock": "on", "tsc_writes": "on"},
        {"guest_last_value": "off"},
        {"tsc_writes_until": "1s"},
    ],
)
def test_what_has_no_meaning_together_is_refused(given):
    """One line says what is needed."""
    with pytest.raises(UsageError, match=" needs "):
        MODEL.resolve("2.6.37", given, {})


def test_by_default_there_is_no_page():
    """Neither fields nor an action; a property of kvmclock turns them on, and cannot do without."""
    machine = MODEL.build("2.6.37", "stable", MODEL.resolve("2.6.37", {"kvmclock": "any"}, {}))
    names = {n for record in machine.state().records.values() for n in record.fields}
    assert "clock" not in machine.actions
    assert not names & {"hv_timestamp", "hv_time", "exit_tsc", "last_value", "page_updated"}
    defaults = PROPERTIES["kvmclock_monotonic"].defaults
    with pytest.raises(UsageError, match="has no meaning without"):
        MODEL.resolve("2.6.37", {"clock_reads": "off"}, defaults)
