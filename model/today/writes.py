"""How a vCPU gets its TSC offset: writes by user space and the guest, the attribute, and the rate.

Source: arch/x86/kvm/x86.c of about 6.12, each rule observed on a live 6.18 as well.
"""

from model.arithmetic import HZ_PER_KHZ, NSEC_PER_SEC, scale
from model.today.rates import factors
from model.today.state import FRACTION, UNSCALED, Sample, Vcpu, Vm, existing
from vtsc.language import Illegal, integer, u64

TOLERANCE = 250
"""The parts in a million by which a rate may differ from the host's without scaling."""


def scaled_tsc(vcpu: Vcpu, tsc: int) -> int:
    """A host TSC, or a rate in kHz, as the vCPU's scaling ratio makes it (kvm_scale_tsc). [today-scaling]"""
    if vcpu.ratio == UNSCALED:
        return tsc
    return u64(integer(tsc) * vcpu.ratio >> FRACTION)


def guest_tsc(vcpu: Vcpu, sample: Sample) -> int:
    """What RDTSC returns in the guest (kvm_read_l1_tsc). [today-scaling]"""
    return u64(scaled_tsc(vcpu, sample.rd) + vcpu.tsc_offset)


def offset_for(vcpu: Vcpu, value: int, sample: Sample) -> int:
    """The offset with which the guest reads ``value`` now (kvm_compute_l1_tsc_offset). [today-scaling]"""
    return u64(value - scaled_tsc(vcpu, sample.rd))


def to_cycles(vcpu: Vcpu, ns: int) -> int:
    """Nanoseconds in cycles of the vCPU's own rate (nsec_to_cycles). [today-write]"""
    if not vcpu.khz:
        return 0
    shift, mult = factors(vcpu.khz * HZ_PER_KHZ, NSEC_PER_SEC)
    return scale(ns, mult, shift)


def write_by_user(vcpu: Vcpu, value: int, sample: Sample) -> bool:
    """KVM_SET_MSRS of IA32_TSC (kvm_synchronize_tsc); whether it matched. [today-write]"""
    return synchronize(vcpu, value, sample, by_user=True)


def synchronize(vcpu: Vcpu, value: int, sample: Sample, by_user: bool) -> bool:
    """A write of the TSC, or the creation of a vCPU, which writes 0; whether it matched.

    A write matches if its value is within a second of what the last one would have grown to. It then takes
    the offset of the generation instead of its own. [today-write]
    """
    vm, rules = vcpu.vm, vcpu.vm.rules
    matched = False
    if vcpu.khz != 0 and vcpu.khz == vm.last_khz:
        matched = _near(vcpu, value, sample)
    if by_user and rules.first_write_exempt:
        vm.user_set = True
    offset = vm.cur_offset if matched else offset_for(vcpu, value, sample)
    stored = value
    if not by_user and not rules.creation_stores_zero:
        stored = u64(scaled_tsc(vcpu, sample.rd) + offset)
    store(vcpu, offset, stored, sample, matched)
    return matched


def _near(vcpu: Vcpu, value: int, sample: Sample) -> bool:
    """Whether a write is taken as an attempt to write the same TSC as the last one. [today-write]"""
    vm, rules = vcpu.vm, vcpu.vm.rules
    if value == 0 and rules.zero_matches:
        return True
    if rules.first_write_exempt and not vm.user_set:
        return False
    window = vcpu.khz * HZ_PER_KHZ * rules.window
    expected = u64(vm.last_write + to_cycles(vcpu, u64(sample.ns - vm.last_nsec)))
    return value < u64(expected + window) and u64(value + window) > expected


def store(vcpu: Vcpu, offset: int, value: int, sample: Sample, matched: bool) -> None:
    """Note a write, and count the vCPUs of the generation (__kvm_synchronize_tsc). [today-store]"""
    vm, rules = vcpu.vm, vcpu.vm.rules
    vm.last_nsec, vm.last_write = sample.ns, value
    vm.last_khz, vm.last_offset = vcpu.khz, offset
    vcpu.last_read = value
    vcpu.tsc_offset = offset if rules.offset_honoured else 0
    if not matched:
        vm.generation += 1
        vm.cur_nsec, vm.cur_write, vm.cur_offset = sample.ns, value, offset
        vm.matched = 0
    elif vcpu.generation != vm.generation or not rules.count_once:
        vm.matched += rules.matches_counted
    vcpu.generation = vm.generation
    vcpu.this_nsec, vcpu.this_write = vm.cur_nsec, vm.cur_write
    _track(vcpu, matched)


def _track(vcpu: Vcpu, matched: bool) -> None:
    """Ask for a new master clock where the offsets say so (kvm_track_tsc_matching). [today-store]"""
    vm = vcpu.vm
    wanted = vm.clocksource_tsc and offsets_match(vm)
    if (vm.master and not matched) or vm.master != wanted:
        vcpu.wants_master = True


def offsets_match(vm: Vm) -> bool:
    """Whether the number of matches says that all offsets are equal. [today-store]"""
    if not vm.rules.master_needs_match:
        return True
    return u64(vm.matched + 1) == len(existing(vm))


def set_offset(vcpu: Vcpu, offset: int, sample: Sample) -> bool:
    """The attribute KVM_VCPU_TSC_OFFSET (kvm_arch_tsc_set_attr); whether it matched. [today-attribute]"""
    vm = vcpu.vm
    if not vm.rules.offset_attribute:
        raise Illegal
    matched = False
    if vcpu.khz != 0 and vm.last_khz == vcpu.khz:
        matched = vm.last_offset == u64(offset)
    value = u64(scaled_tsc(vcpu, sample.rd) + offset)
    if vm.rules.attribute_is_user_write:
        vm.user_set = True
    store(vcpu, u64(offset), value, sample, matched)
    return matched


def write_by_guest(vcpu: Vcpu, value: int, sample: Sample) -> None:
    """The guest's WRMSR of IA32_TSC: no matching, and its page stays as it is. [today-guest-write]"""
    change = u64(offset_for(vcpu, value, sample) - vcpu.tsc_offset)
    vcpu.tsc_adjust += change
    _move(vcpu, change)


def adjust_by_guest(vcpu: Vcpu, value: int) -> None:
    """The guest's WRMSR of IA32_TSC_ADJUST. [today-guest-write]"""
    change = u64(value - vcpu.tsc_adjust)
    vcpu.tsc_adjust = value
    _move(vcpu, change)
    if vcpu.vm.rules.adjust_updates:
        vcpu.wants_update = True


def _move(vcpu: Vcpu, change: int) -> None:
    if vcpu.vm.rules.offset_honoured:
        vcpu.tsc_offset += change


def adjust_by_user(vcpu: Vcpu, value: int) -> None:
    """KVM_SET_MSRS of IA32_TSC_ADJUST, which only stores. [today-guest-write]"""
    vcpu.tsc_adjust = value


def set_rate(vcpu: Vcpu, khz: int) -> bool:
    """KVM_SET_TSC_KHZ of a vCPU; whether it succeeds. 0 stands for the host's rate. [today-rate]"""
    vm = vcpu.vm
    rate = khz if khz else vm.host_khz
    fits = _in_tolerance(vm, rate)
    refused = not fits and not vm.rules.scaling and rate < vm.host_khz
    if not refused or vm.rules.refused_rate_stored:
        vcpu.khz = rate
    if refused:
        return False
    vcpu.ratio = UNSCALED
    if not fits and vm.rules.scaling:
        vcpu.ratio = ratio_of(vm, rate)
    elif not fits:
        vcpu.always_catchup = True
    return True


def set_default_rate(vm: Vm, khz: int) -> bool:
    """KVM_SET_TSC_KHZ of a VM, for vCPUs to come; refused once there is one. [today-rate]"""
    if existing(vm):
        return False
    vm.default_khz = khz if khz else vm.host_khz
    return True


def initial_rate(vcpu: Vcpu) -> None:
    """The rate of a new vCPU. Without scaling, one out of tolerance leaves the ratio 0. [today-rate]"""
    vm = vcpu.vm
    vcpu.khz = vm.default_khz
    vcpu.ratio = UNSCALED
    if not _in_tolerance(vm, vm.default_khz):
        vcpu.ratio = ratio_of(vm, vm.default_khz) if vm.rules.scaling else 0


def ratio_of(vm: Vm, khz: int) -> int:
    """The scaling ratio of a rate, which the processor keeps to so many binary places. [today-rate]"""
    bits = vm.rules.ratio_bits
    return (khz << bits) // vm.host_khz << (FRACTION - bits)


def _in_tolerance(vm: Vm, khz: int) -> bool:
    """Whether a rate is near enough to the host's to need no scaling. [today-rate]"""
    low = vm.host_khz * (10**6 - TOLERANCE) // 10**6
    high = vm.host_khz * (10**6 + TOLERANCE) // 10**6
    return low <= khz <= high
