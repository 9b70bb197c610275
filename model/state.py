"""The modelled fields of host, pCPU, VM and vCPU.

Times in time units are true time, which no register holds: they are ghosts, and so no 64-bit words.
Some fields are left out [choice-page], because no rule modelled here reads them: hv_clock and its
scale, kvmclock_offset, last_guest_tsc and last_kernel_ns (they only shape the kvmclock page), and
the state of cpufreq and hotplug.
"""

from vtsc.language import MASK, Record, counter, flag, index, word

CLOCK_UPDATE = "request_clock_update"
MIGRATE_TIMER = "request_migrate_timer"
PASSTHROUGH, TRAP = 0, 1
"""Values of ``tsc_mode``."""


class Pcpu(Record):
    """One physical CPU. [host-state]"""

    tsc: int = word("cycles", "the free-running time stamp counter", lo=1)
    tick_age: int = counter("cycles", "TSC distance from the clock step this pCPU last saw")
    tick_seen: bool = flag("this pCPU has seen the latest step of the kernel clock")
    elapsed: int = word("cycles", "how far the TSC came in this step", transient=True)


class FrequencyFields(Record):
    """What each pCPU has besides with cpufreq=on on a host that has it. [choice-cpufreq]"""

    speeded_up: bool = flag("the pCPU runs at host_rate_max times its nominal rate")


class HostFields(Record):
    """The host as a whole. [host-state, choice-time, kernel-clock]"""

    t: int = word("time units", "true time since the VM was created", ghost=True)
    tsc_unstable: bool = flag("the host has given up on the TSC; sticky")
    k0: int = word(
        "time units", "the kernel clock at t = 0, a whole number of its steps", ghost=True
    )
    phase: int = word("time units", "how long before t = 0 the kernel clock stepped", ghost=True)
    phase_unstable: int = word(
        "time units", "the same for the clock used once TSC is unstable", ghost=True
    )
    clock_seen: int = word(
        "time units", "the kernel clock when time last passed", hi=MASK, ghost=True
    )
    clock_floor: int = counter("time units", "the kernel clock does not go below this")


class VmFields(Record):
    """One virtual machine. [vm-state]"""

    vm_init_tsc: int = word("cycles", "host TSC when the VM was created (2.6.35, VMX)")
    last_tsc_nsec: int = word("ns", "kernel clock at the last TSC write", hi=MASK)
    last_tsc_write: int = counter("cycles", "the value of the last TSC write")
    last_tsc_offset: int = counter("cycles", "the offset the last TSC write led to")
    last_emul: int = counter("cycles", "last emulated RDTSC of the VM (bump-vm)")


class VcpuFields(Record):
    """One virtual CPU; the last eight fields are bookkeeping of the machine. [vcpu-state]"""

    cpu: int = index("last or current pCPU; -1: none", -1, of="pcpu", lo=-1)
    tsc_offset: int = counter("cycles", "what the hardware adds to the TSC for the guest")
    host_tsc: int = word("cycles", "2.6.35: host TSC at migration (VMX) or at put (SVM)")
    last_host_tsc: int = word("cycles", "host TSC at the last put; 0: never put")
    last_tsc_nsec: int = word("ns", "reference point of compute_guest_tsc", hi=MASK)
    last_tsc_write: int = counter("cycles", "guest TSC at the reference point")
    tsc_rebase: bool = flag("patch 25/35: compensate at the next load")
    tsc_catchup: bool = flag("2.6.37: catch up in every clock update")
    tsc_trapping: bool = flag("RDTSC is intercepted")
    tsc_mode: int = index("policy: 0 passthrough, 1 trap", PASSTHROUGH, hi=TRAP)
    last_emul: int = counter("cycles", "last emulated RDTSC of this vCPU (bump-vcpu)")
    time_page: bool = flag("the guest has kvmclock enabled on this vCPU")
    caught_up: bool = flag("this step raised the offset to catch up", transient=True)
    request_clock_update: bool = flag("CLOCK_UPDATE is pending")
    request_migrate_timer: bool = flag("MIGRATE_TIMER is pending")
    created: bool = flag("the vCPU exists")
    loaded: bool = flag("the vCPU thread is on pCPU `cpu`")
    in_guest: bool = flag("the pCPU executes the guest")
    since: int = word(
        "time units", "true time of the last load or put, where that is bounded", ghost=True
    )
    entered: int = word(
        "time units", "true time of the last entry, where that is bounded", ghost=True
    )
    out_since: int = word(
        "time units", "true time of the last load or exit, where that is bounded", ghost=True
    )
    created_at: int = word("time units", "true time of creation", ghost=True)
    tsc_at_creation: int = counter("cycles", "what the guest's TSC read when it was created")
