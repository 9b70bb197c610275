"""What today's KVM remembers of a VM and its vCPUs, as far as the guest's time depends on it.

Every field that is a counter holds 64 bits. Flags whose name begins with ``wants_`` are requests, which
are served before the guest runs again.
"""

from dataclasses import dataclass

from model.today.rules import Rules
from vtsc.language import Record, counter, flag, word

FRACTION = 48
"""The binary places of a scaling ratio."""
UNSCALED = 1 << FRACTION


@dataclass(frozen=True)
class Sample:
    """What one call reads from the host: ``rd`` its TSC, ``ns`` its unslewed clock, ``wall`` the wall time.

    The callers give it. The units are cycles, ns and ns.
    """

    rd: int
    ns: int
    wall: int = 0


@dataclass(frozen=True)
class Reading:
    """What KVM_GET_CLOCK returns. ``flagged``: the last two fields are valid, and flags say so."""

    clock: int
    flagged: bool
    realtime: int
    host_tsc: int


class Vcpu(Record):
    """A vCPU. ``number`` and ``vm`` are its place; the rest is what the kernel remembers."""

    tsc_offset: int = counter("cycles", "what the guest reads above the scaled host TSC")
    khz: int = word("kHz", "virtual_tsc_khz, the rate that user space has asked for")
    ratio: int = word("2^-48", "the scaling ratio")
    tsc_adjust: int = counter("cycles", "IA32_TSC_ADJUST")
    generation: int = counter("", "this_tsc_generation: the generation of its last write")
    this_nsec: int = counter("ns", "the time at which its generation began")
    this_write: int = counter("cycles", "the value with which its generation began")
    last_read: int = counter("cycles", "the guest's TSC at the last write, update or exit")
    created: bool = flag("it has been created")
    loaded_once: bool = flag("it has been loaded on some pCPU")
    on_cpu: int = counter("", "the pCPU on which it was loaded last")
    always_catchup: bool = flag(
        "it is caught up at each update, since its rate is above the host's"
    )
    wants_master: bool = flag("request: compute the master clock anew")
    wants_global: bool = flag("request: update this vCPU's page now, the others' later")
    wants_update: bool = flag("request: update the page")

    clock_active: bool = flag("the guest has registered a kvmclock page")
    wants_stopped: bool = flag("KVM_KVMCLOCK_CTRL: the next update says that the guest was stopped")
    version: int = counter("", "the page's version")
    page_tsc: int = counter("cycles", "the page's tsc_timestamp")
    page_ns: int = counter("ns", "the page's system_time")
    page_mul: int = word("", "the page's tsc_to_system_mul")
    page_shift: int = word("", "the page's tsc_shift", lo=-64, hi=64)
    page_stable: bool = flag("the page has PVCLOCK_TSC_STABLE_BIT")
    page_stopped: bool = flag("the page has PVCLOCK_GUEST_STOPPED, until the guest takes it out")

    deadline_mode: bool = flag("the local APIC's timer is in TSC-deadline mode")
    deadline: int = counter("cycles", "IA32_TSC_DEADLINE; 0 is none")
    armed: bool = flag("a timer runs for the deadline")
    fires_at: int = counter("ns", "the host's time at which that timer fires")
    pending: bool = flag("the timer has expired, and its interrupt is not in the APIC's page yet")
    irr: bool = flag("the timer's interrupt is in the APIC's page")

    stimer_armed: bool = flag("a Hyper-V timer runs")
    stimer_due: int = counter("100 ns", "the reference time at which that timer is due")
    stimer_fires_at: int = counter("ns", "the host's time at which it fires")

    def __init__(self, number: int, vm: "Vm") -> None:
        super().__init__()
        self.number = number
        self.vm = vm
        self.ratio = UNSCALED


class Vm(Record):
    """A VM: the rules in force, the host's rate, its vCPUs, and what the kernel remembers.

    ``host_khz`` is the host's tsc_khz. All vCPUs that there may ever be are made at once; one exists for the
    kernel once it is ``created``.
    """

    last_nsec: int = counter("ns", "the time of the last write of any vCPU's TSC")
    last_write: int = counter("cycles", "the value of that write")
    last_khz: int = word("kHz", "the rate of the vCPU that wrote")
    last_offset: int = counter("cycles", "the offset that it got")
    generation: int = counter("", "cur_tsc_generation: the number of writes that did not match")
    cur_nsec: int = counter("ns", "the time at which the generation began")
    cur_write: int = counter("cycles", "the value with which it began")
    cur_offset: int = counter("cycles", "the offset of the generation")
    matched: int = counter("", "nr_vcpus_matched_tsc: the vCPUs that have joined the generation")
    user_set: bool = flag("user space has written a TSC")
    master: bool = flag("use_master_clock")
    master_ns: int = counter("ns", "the master clock's time")
    master_cycles: int = counter("cycles", "the host TSC at that time")
    clock_offset: int = counter("ns", "kvmclock_offset: kvmclock less the host's clock")
    old_msr: bool = flag("boot_vcpu_runs_old_kvmclock: vCPU 0 has registered by the old MSR")
    backwards: bool = flag("backwards_tsc_observed: the host's TSC was seen to go back")
    clocksource_tsc: bool = flag("the host's clock source is the TSC")
    reference_page: bool = flag("the guest has a valid Hyper-V reference TSC page")
    reference_tsc: int = counter("cycles", "the guest TSC of that page")
    reference_ns: int = counter("ns", "the reference time at that TSC, in ns")
    default_khz: int = word("kHz", "the rate of vCPUs that are still to be created")

    def __init__(self, vcpus: int, rules: Rules, host_khz: int) -> None:
        super().__init__()
        self.rules = rules
        self.host_khz = host_khz
        self.default_khz = host_khz
        self.clocksource_tsc = True
        self.vcpus = tuple([Vcpu(v, self) for v in range(vcpus)])


def existing(vm: Vm) -> tuple[Vcpu, ...]:
    """The vCPUs that have been created, parked ones included."""
    return tuple([v for v in vm.vcpus if v.created])
