"""A pCPU's rate that changes: what the host does, who is told, and what kvmclock makes of it."""

import pytest

from model import MODEL
from properties import PROPERTIES
from tests.support.cases import open_case
from vtsc.base.errors import UsageError
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.systems import Systems
from vtsc.language.actions import Call
from vtsc.native.inputs import Recorded

KVMCLOCK = PROPERTIES["kvmclock_monotonic"]
ON = {"cpufreq": "on", "kvmclock": "on", "pcpus": "1"}
BEGIN = (("load", 0, 0), ("serve", 0), ("enter", 0))
BACK = (("put", 0), *BEGIN)
UPTIME = 6_000_000_000


class Guest:
    """A machine on `fast` with a guest that reads kvmclock."""

    def __init__(self, design, host="fast", **given):
        settings = MODEL.resolve(design, ON | given, KVMCLOCK.defaults)
        self.machine = MODEL.build(design, host, settings)
        self.state = self.machine.state()
        self.machine.initialise(self.state, Recorded({"k0": UPTIME, "tsc": 1000}))
        self.ghosts = KVMCLOCK.ghosts(self.machine)
        self.take(*BEGIN)

    def take(self, *steps):
        """Take steps in which no time passes."""
        for name, *args in steps:
            self.step(name, *args)

    def step(self, name, *args, dt=0):
        """Take one step after ``dt`` ns; returns what it observes, and whether it violates."""
        inputs = Recorded({"dt": dt})
        self.machine.advance(self.state, inputs)
        step = self.machine.perform(self.state, Call(name, args), inputs)
        return step.observed, KVMCLOCK.observe(self.machine, self.state, self.ghosts, step)

    def clock(self, dt=10):
        """What the guest reads ``dt`` ns later, less the uptime; and whether it violates."""
        read, violates = self.step("clock", 0, dt=dt)
        return read.page - UPTIME, violates


def test_kd1_without_the_rule_the_clock_runs_fast_and_then_goes_back():
    """The guest goes on with the factor of the rate at boot; the next update has the kernel's time."""
    guest = Guest("before-c8076604")
    assert guest.clock() == (10, False)
    guest.take(("cpufreq", 0))
    assert guest.state.host.tsc_unstable and guest.state.vm.vcpus[0].in_guest
    assert guest.clock() == (30, False)
    guest.take(("exit", 0), *BACK)
    assert guest.clock(dt=1) == (22, True)


def test_with_the_rule_the_guest_is_told_before_its_clock_runs_fast():
    """It leaves guest mode, and enters it with the factor of the new rate."""
    guest = Guest("2.6.35-svm")
    guest.take(("cpufreq", 0))
    (vcpu,) = guest.state.vm.vcpus
    assert vcpu.request_clock_update and not vcpu.in_guest
    guest.take(("serve", 0), ("enter", 0))
    assert guest.clock() == (10, False)
    guest.take(("exit", 0), *BACK)
    assert guest.clock(dt=1) == (11, False)


def test_a_pcpu_that_slows_down_waits_for_the_next_exit():
    """Until then the clock is late, and never early."""
    guest = Guest("2.6.35-svm")
    guest.take(("cpufreq", 0), ("serve", 0), ("enter", 0), ("cpufreq", 0))
    (vcpu,) = guest.state.vm.vcpus
    assert vcpu.in_guest and vcpu.request_clock_update and vcpu.hv_fast
    assert guest.clock() == (5, False)
    guest.take(("exit", 0), ("serve", 0), ("enter", 0))
    assert guest.clock() == (20, False)


def test_the_rate_is_one_of_two():
    """The TSC advances by the nominal rate, or by host_rate_max times that."""
    guest = Guest("2.6.35-svm", host_rate_max="3")
    (pcpu,) = guest.state.host.pcpus
    for twice in range(3):
        before = pcpu.tsc
        guest.step("exit" if twice == 0 else "cpufreq", 0, dt=7)
        assert pcpu.tsc - before == (7, 7, 21)[twice]


def test_the_rule_keeps_kvmclock_from_going_back(content):
    """Proved by lemmas, with as many changes of the rate as there may be."""
    case = open_case(content, "2.6.35-svm", "fast", "kvmclock_monotonic", **ON)
    system = Systems(case).own([KVMCLOCK], case.lemmas("kvmclock_monotonic"))
    assert Induction(system).proves("kvmclock_monotonic")


def test_without_the_rule_it_is_not_proved(content):
    """The same lemmas do not show it of the design before c8076604."""
    case = open_case(content, "before-c8076604", "fast", "kvmclock_monotonic", **ON)
    system = Systems(case).own([KVMCLOCK], case.lemmas("kvmclock_monotonic"))
    assert not Induction(system).proves("kvmclock_monotonic")


@pytest.mark.parametrize("given", [{"host_rate_max": "3/2"}, {"timer": "on"}])
def test_what_has_no_meaning_together_is_refused(given):
    """One line says what is needed."""
    with pytest.raises(UsageError, match=r"^cpufreq=on needs "):
        MODEL.resolve("2.6.37", {"cpufreq": "on", **given}, {})


@pytest.mark.parametrize(("host", "given"), [("stable", ON), ("fast", {"kvmclock": "on"})])
def test_on_other_hosts_and_by_default_rates_do_not_change_by_steps(host, given):
    """There is neither the action nor a field."""
    machine = MODEL.build("2.6.37", host, MODEL.resolve("2.6.37", given, {}))
    assert "cpufreq" not in machine.actions
    assert "speeded_up" not in machine.state().records["pcpu0"].fields
