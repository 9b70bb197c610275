"""kvmclock: the master clock, the page of each vCPU, and what user space reads and writes.

Source: arch/x86/kvm/x86.c of about 6.12, each rule observed on a live 6.18 as well.
"""

from model.arithmetic import HZ_PER_KHZ, NSEC_PER_SEC, scale
from model.today.rates import factors
from model.today.state import Reading, Sample, Vcpu, Vm
from model.today.writes import guest_tsc, offsets_match, scaled_tsc, to_cycles
from vtsc.language import u64

REALTIME, HOST_TSC, TSC_STABLE = 4, 8, 2
"""The flags of KVM_GET_CLOCK and KVM_SET_CLOCK."""


def update_master(vm: Vm, sample: Sample) -> None:
    """Compute the master clock anew, and have all pages updated (kvm_update_masterclock). [today-master]"""
    refresh_master(vm, sample)
    for vcpu in vm.vcpus:
        if vcpu.created:
            vcpu.wants_update = True


def refresh_master(vm: Vm, sample: Sample) -> None:
    """Take the pair of times, and decide whether it is used (pvclock_update_vm_gtod_copy). [today-master]"""
    matched = offsets_match(vm)
    vm.master = vm.clocksource_tsc and not vm.backwards and not vm.old_msr and matched
    if vm.clocksource_tsc:
        vm.master_ns, vm.master_cycles = sample.ns, sample.rd


def update_page(vcpu: Vcpu, sample: Sample) -> None:
    """Write the vCPU's page (kvm_guest_time_update). [today-page]"""
    vm = vcpu.vm
    tsc = vm.master_cycles if vm.master else sample.rd
    ns = vm.master_ns if vm.master else sample.ns
    tsc = u64(scaled_tsc(vcpu, tsc) + vcpu.tsc_offset)
    if vcpu.always_catchup:
        tsc = _caught_up(vcpu, tsc, ns)
    vcpu.last_read = tsc
    if vcpu.clock_active:
        _publish(vcpu, tsc, u64(ns + vm.clock_offset))
    if vcpu.number == 0 and vm.reference_page:
        _publish_reference(vm, tsc, u64(ns + vm.clock_offset))


def _caught_up(vcpu: Vcpu, tsc: int, ns: int) -> int:
    """The TSC that elapsed time calls for; where that is more, the offset is raised. [today-catchup]"""
    wanted = u64(to_cycles(vcpu, u64(ns - vcpu.this_nsec)) + vcpu.this_write)
    if wanted <= tsc:
        return tsc
    if vcpu.vm.rules.offset_honoured:
        vcpu.tsc_offset += u64(wanted - tsc)
    return wanted


def _publish(vcpu: Vcpu, tsc: int, ns: int) -> None:
    """What the page says then; its version is the next even number. [today-page] [today-stopped]"""
    vcpu.version = u64(((vcpu.version + 1) | 1) + 1)
    vcpu.page_tsc, vcpu.page_ns = tsc, ns
    rate = scaled_tsc(vcpu, vcpu.vm.host_khz)
    if rate:
        vcpu.page_shift, vcpu.page_mul = factors(NSEC_PER_SEC, rate * HZ_PER_KHZ)
    vcpu.page_stable = vcpu.vm.master
    if vcpu.wants_stopped:
        vcpu.page_stopped, vcpu.wants_stopped = True, False


def _publish_reference(vm: Vm, tsc: int, ns: int) -> None:
    """The Hyper-V reference TSC page follows the master clock (kvm_hv_setup_tsc_page). [today-reference]"""
    if vm.master:
        vm.reference_tsc, vm.reference_ns = tsc, ns


def serve(vcpu: Vcpu, sample: Sample) -> None:
    """Serve the requests, in the order of the entry path (vcpu_enter_guest). [today-serve]"""
    if vcpu.wants_master:
        vcpu.wants_master = False
        update_master(vcpu.vm, sample)
    if vcpu.wants_global:
        vcpu.wants_global = False
        _update_everywhere(vcpu)
    if vcpu.wants_update:
        vcpu.wants_update = False
        update_page(vcpu, sample)


def _update_everywhere(vcpu: Vcpu) -> None:
    """A global update: this vCPU now, the others 100 ms later, see `update_all`. [today-serve]"""
    vcpu.wants_update = True
    if vcpu.vm.rules.global_at_once:
        update_all(vcpu.vm)


def update_all(vm: Vm) -> None:
    """The delayed part of a global update, and before 6.19 the periodic one every 300 s. [today-serve]"""
    for vcpu in vm.vcpus:
        if vcpu.created:
            vcpu.wants_update = True


def clock_now(vm: Vm, sample: Sample) -> int:
    """kvmclock as the host sees it (get_kvmclock_ns). [today-get-clock]"""
    if not vm.master:
        return u64(sample.ns + vm.clock_offset)
    shift, mult = factors(NSEC_PER_SEC, vm.host_khz * HZ_PER_KHZ)
    passed = scale(u64(sample.rd - vm.master_cycles), mult, shift)
    return u64(vm.master_ns + vm.clock_offset + passed)


def get_clock(vm: Vm, sample: Sample) -> Reading:
    """KVM_GET_CLOCK: the other fields are valid under the master clock alone. [today-get-clock]"""
    clock = clock_now(vm, sample)
    if vm.master and vm.rules.clock_flags:
        return Reading(clock, True, sample.wall, sample.rd)
    return Reading(clock, False, 0, 0)


def flags_accepted(vm: Vm, flags: int) -> bool:
    """Whether KVM_SET_CLOCK accepts flags; otherwise it fails with EINVAL. [today-set-clock]"""
    known = REALTIME | HOST_TSC | TSC_STABLE if vm.rules.clock_flags else 0
    return flags | known == known


def set_clock(vm: Vm, clock: int, realtime: int, flagged: bool, sample: Sample) -> None:
    """KVM_SET_CLOCK; ``flagged``: with REALTIME. A realtime in the future adds nothing. [today-set-clock]"""
    update_master(vm, sample)
    value = clock
    if flagged and vm.rules.realtime_honoured and sample.wall > realtime:
        value = u64(clock + (sample.wall - realtime))
    vm.clock_offset = u64(value - (vm.master_ns if vm.master else sample.ns))


def stop_clock(vcpu: Vcpu) -> bool:
    """KVM_KVMCLOCK_CTRL; whether it succeeds: the guest needs an active page (EINVAL). [today-stopped]"""
    if not vcpu.clock_active:
        return False
    vcpu.wants_stopped = True
    vcpu.wants_update = True
    return True


def register(vcpu: Vcpu, active: bool, old: bool, by_user: bool) -> None:
    """A write of a kvmclock MSR (kvm_write_system_time). [today-register]"""
    vm = vcpu.vm
    if vcpu.number == 0 and not by_user:
        if vm.old_msr != old and vm.rules.registration_updates:
            vcpu.wants_master = True
        vm.old_msr = old
    vcpu.clock_active = active
    if vm.rules.registration_updates:
        vcpu.wants_global = True


def page_time(vcpu: Vcpu, tsc: int) -> int:
    """What the page tells the guest at a value of its TSC (__pvclock_read_cycles). [today-guest-read]"""
    passed = scale(u64(tsc - vcpu.page_tsc), vcpu.page_mul, vcpu.page_shift)
    return u64(vcpu.page_ns + passed)


def guest_clock(vcpu: Vcpu, sample: Sample) -> int:
    """What the guest computes from its page now. [today-guest-read]"""
    return page_time(vcpu, guest_tsc(vcpu, sample))
