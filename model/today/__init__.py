"""The rules by which today's KVM keeps a guest's time, as functions of what each call reads from the host.

They are no design that the machine runs: whoever drives them says which call comes next, and what it reads.

    vm = Vm(vcpus=2, rules=PRESETS["6.18"], host_khz=2_596_146)
    create_vm(vm, Sample(rd=..., ns=..., wall=...))
    create_vcpu(vm.vcpus[0], sample)
    write_by_user(vm.vcpus[0], 300 * 10**9, sample)     # True if it matched
    enter(vm.vcpus[0], sample)                          # KVM_RUN up to the guest's first instruction
    guest_tsc(vm.vcpus[0], sample), guest_clock(vm.vcpus[0], sample)
    leave(vm.vcpus[0], sample)

Each function is one call of user space, one act of the guest, or one request that is served, and is atomic. A
`Sample` is what it reads: the host's TSC, the host's unslewed clock in ns, the wall time in ns. Where a
caller has a sample for each request, as a trace has, it calls `update_master` and `update_page` itself
instead of `enter`, and takes back ``wants_master``, ``wants_global`` and ``wants_update``. Timers fire when
the caller says `expire`, from ``fires_at`` on. Calls that the kernel refuses return False, or raise `Illegal`
where the kernel has no such call.

On integers the functions compute. On symbolic words, within `vtsc.symbolic.paths.explore`, they are run for
all values at once; a caller gives each call to `apart` with the records, so that its paths are merged.

- `rules`: the rules that differ between kernels, by name, and presets.
- `state`: what the kernel remembers of a VM and its vCPUs, and what calls read and return.
- `writes`: offsets: writes by user space and guest, the attribute, rates.
- `clock`: the master clock, pages, KVM_GET_CLOCK, KVM_SET_CLOCK, KVM_KVMCLOCK_CTRL.
- `timers`: TSC deadline, local APIC, Hyper-V's reference time and timers.
- `vm`: creation, load, run.
- `rates`: factors between rates, and how the host's clock drifts from a guest's.

Left out: hosts whose TSC is unstable or goes back, nested guests, protected guests, periodic APIC timers.
"""

from model.today.clock import (
    clock_now,
    flags_accepted,
    get_clock,
    guest_clock,
    page_time,
    register,
    serve,
    set_clock,
    stop_clock,
    update_all,
    update_master,
    update_page,
)
from model.today.rates import drift, page_rate, raw_rate
from model.today.rules import PRESETS, SHORT, Rules, rules_named
from model.today.state import Reading, Sample, Vcpu, Vm, existing
from model.today.timers import (
    deliver,
    due,
    expire,
    reference_time,
    set_lapic,
    start_stimer,
    write_deadline,
)
from model.today.vm import create_vcpu, create_vm, enter, leave, load
from model.today.writes import (
    adjust_by_guest,
    adjust_by_user,
    guest_tsc,
    offset_for,
    offsets_match,
    set_default_rate,
    set_offset,
    set_rate,
    write_by_guest,
    write_by_user,
)

__all__ = [
    "PRESETS",
    "SHORT",
    "Reading",
    "Rules",
    "Sample",
    "Vcpu",
    "Vm",
    "adjust_by_guest",
    "adjust_by_user",
    "clock_now",
    "create_vcpu",
    "create_vm",
    "deliver",
    "drift",
    "due",
    "enter",
    "existing",
    "expire",
    "flags_accepted",
    "get_clock",
    "guest_clock",
    "guest_tsc",
    "leave",
    "load",
    "offset_for",
    "offsets_match",
    "page_rate",
    "page_time",
    "raw_rate",
    "reference_time",
    "register",
    "rules_named",
    "serve",
    "set_clock",
    "set_default_rate",
    "set_lapic",
    "set_offset",
    "set_rate",
    "start_stimer",
    "stop_clock",
    "update_all",
    "update_master",
    "update_page",
    "write_by_guest",
    "write_by_user",
    "write_deadline",
]
