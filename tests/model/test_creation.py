"""How a vCPU comes into being: what each design leaves behind, at the start and as an action."""

import pytest

from model import MODEL
from model.designs import DESIGNS
from properties.sometimes import CanLoadOnAnotherPcpu
from tests.support.cases import decide_group
from vtsc.content.cells import groups
from vtsc.language import s64
from vtsc.language.actions import Call
from vtsc.language.words import MODULUS, Illegal
from vtsc.native.inputs import Recorded

TSC = 1_000
AT_THE_HOSTS = ("2.6.35-svm", "before-c8076604")
"""The designs whose vCPUs begin with the host's TSC."""
BOTH = [(d, vendor) for d, design in DESIGNS.items() for vendor in design.vendors]


def started(design: str, host: str = "stable", **given: str):
    """A machine and its first state, the TSC being `TSC`."""
    machine = MODEL.build(design, host, MODEL.resolve(design, given, {}))
    state = machine.state()
    machine.initialise(state, Recorded({"k0": 6_000_000_000, "tsc": TSC}))
    return machine, state


def take(machine, state, name: str, *args: int, **inputs: int) -> None:
    """Take one step, in which no time passes unless ``inputs`` say so."""
    given = Recorded({"dt": 0, **inputs})
    machine.advance(state, given)
    machine.perform(state, Call(name, args), given)


@pytest.mark.parametrize(("design", "vendor"), BOTH)
def test_what_creation_leaves_behind(design, vendor):
    """On pCPU 0, off it again; from e48672fa on VMX asks for nothing, everybody else for the timer.
    Every put of `repaired` asks for an update.

    The guest reads 0, on 2.6.35 with SVM the host's TSC, and was there at t = 0.
    """
    machine, state = started(design, vendor=vendor)
    (vcpu,) = state.vm.vcpus
    asks = vendor == "svm" or design == "2.6.35-vmx"
    assert (vcpu.cpu, vcpu.loaded, vcpu.created) == (0, False, True)
    assert (vcpu.request_migrate_timer, vcpu.request_clock_update) == (asks, design == "repaired")
    reads = TSC if design in AT_THE_HOSTS else 0
    assert vcpu.tsc_at_creation % MODULUS == reads
    assert machine.design.read_tsc(state.host, vcpu) % MODULUS == reads
    saved = getattr(vcpu, machine.design.saved_tsc)
    assert saved == (0 if design == "2.6.35-vmx" else TSC)


@pytest.mark.parametrize(("design", "vendor"), BOTH)
def test_creation_is_an_action_on_any_pcpu(design, vendor):
    """The vCPU belongs to the pCPU that was named, whose TSC was read; a second time it is refused."""
    given = {"vendor": vendor, "create_anytime": "on", "vcpus": "2"}
    machine = MODEL.build(design, "skewed", MODEL.resolve(design, given, {}))
    state = machine.state()
    machine.initialise(state, Recorded({"k0": 6_000_000_000, "tsc0": TSC, "tsc1": TSC + 7}))
    take(machine, state, "create", 1, 1)
    vcpu = state.vm.vcpus[1]
    assert (vcpu.cpu, vcpu.created, state.vm.vcpus[0].created) == (1, True, False)
    # 2.6.35 on VMX counts from the VM's creation, which read pCPU 0
    reads = {**dict.fromkeys(AT_THE_HOSTS, TSC + 7), "2.6.35-vmx": 7}.get(design, 0)
    assert vcpu.tsc_at_creation % MODULUS == reads
    with pytest.raises(Illegal):
        take(machine, state, "create", 1, 0)


def test_creation_needs_a_pcpu_that_nobody_is_loaded_on():
    """Beside a loaded vCPU another one is created elsewhere."""
    machine, state = started("2.6.37", create_anytime="on", vcpus="2")
    take(machine, state, "create", 0, 0)
    take(machine, state, "load", 0, 1)
    with pytest.raises(Illegal):
        take(machine, state, "create", 1, 1)
    take(machine, state, "create", 1, 0)
    assert state.vm.vcpus[1].created


def test_once_the_tsc_is_unstable_creation_on_svm_compensates_from_nothing():
    """2.6.36 loads with the TSC noted at no put, which is 0: the guest starts below 0 by the host's TSC."""
    machine, state = started("2.6.36-svm", "cstate", create_anytime="on")
    take(machine, state, "mark")
    take(machine, state, "create", 0, 0)
    assert state.vm.vcpus[0].tsc_at_creation % MODULUS == MODULUS - TSC


@pytest.mark.parametrize(
    ("design", "kvmclock", "asks"),
    [
        ("e48672fa", "on", False),
        ("pre25", "on", True),
        ("pre25", "off", False),
        ("patch25", "off", True),
        ("2.6.37", "off", True),
    ],
)
def test_enabling_virtualisation_asks_for_clock_updates(design, kvmclock, asks):
    """Since ca84d1a2 where there is a page, from 25/35 on in any case, and on the vCPU's own pCPU only."""
    machine, state = started(design, "resetting", kvmclock=kvmclock)
    take(machine, state, "load", 0, 0)
    take(machine, state, "serve", 0)
    take(machine, state, "put", 0)
    (vcpu,) = state.vm.vcpus
    machine.design.hardware_enable(state.host, state.vm, 1)
    assert not vcpu.request_clock_update
    take(machine, state, "suspend", sleep=5)
    assert vcpu.request_clock_update is asks


@pytest.mark.parametrize(("sleep", "seen"), [(2, False), (3, True)])
@pytest.mark.parametrize("tick_seen", ["at-step", "late"])
def test_a_suspend_shows_a_tick_only_where_the_clock_stepped(sleep, seen, tick_seen):
    """Else the TSC's distance from the tick it saw changes by the reset, as by any jump."""
    given = {
        "clock_resolution": "10ns",
        "rdtsc_emulation": "estimate",
        "tick_seen": tick_seen,
        "vcpus": "2",
        "trapping": "unstable",
    }
    machine = MODEL.build("patch25", "resetting", MODEL.resolve("patch25", given, {}))
    state = machine.state()
    machine.initialise(state, Recorded({"k0": 6_000_000_000, "phase": 3, "tsc": TSC}))
    machine.advance(state, Recorded({"dt": 4}))
    assert [pcpu.tick_age for pcpu in state.host.pcpus] == [7, 7]
    machine.perform(state, Call("suspend", ()), Recorded({"sleep": sleep}))
    ages = [0, 0] if seen else [1 - (TSC + 4) + 7] * 2
    assert [s64(pcpu.tick_age) for pcpu in state.host.pcpus] == ages
    clock = 6_000_000_000 + (10 if seen else 0)
    assert state.host.clock_seen == clock == state.host.kernel_ns()


@pytest.mark.parametrize(("born", "loaded"), [(0, 1), (1, 0)])
def test_elsewhere_is_another_pcpu_than_the_one_it_was_created_on(born, loaded):
    """Where creation is an action it chooses the pCPU, and a load there is no migration."""
    given = {"create_anytime": "on"}
    machine = MODEL.build("2.6.37", "stable", MODEL.resolve("2.6.37", given, {}))
    watch = CanLoadOnAnotherPcpu()
    state, ghosts = machine.state(), watch.ghosts(machine)
    machine.initialise(state, Recorded({"k0": 6_000_000_000, "tsc": TSC}))
    said = []
    for name, *args in (("create", 0, born), ("load", 0, born), ("put", 0), ("load", 0, loaded)):
        step = machine.perform(state, Call(name, tuple(args)), Recorded({}))
        said.append(watch.observe(machine, state, ghosts, step))
    assert said == [False, False, False, True]


@pytest.mark.hours
@pytest.mark.slow
def test_creating_a_vcpu_later_is_monotonic_only_where_it_reads_the_hosts_tsc(content):
    """On a stable host: a second vCPU that starts at 0 reads less than the first has read."""
    found = {}
    for design in ("2.6.35-svm", "2.6.36-svm"):
        (group,) = groups(
            content, [design], ["stable"], ["monotonic_smp"], {"create_anytime": "on"}
        )
        (result,) = decide_group(content, group, 10)
        found[design] = result.text
    assert found == {"2.6.35-svm": "PROVED", "2.6.36-svm": "VIOLATED(10)"}
