"""Timers of a vCPU: the local APIC's TSC deadline, and Hyper-V's synthetic timers with their reference time.

Source: arch/x86/kvm/lapic.c and hyperv.c of about 6.12; the deadline's rules were observed on a live 6.18.
"""

from model.arithmetic import HZ_PER_KHZ, NSEC_PER_SEC
from model.today.clock import clock_now
from model.today.rates import factors
from model.today.state import Sample, Vcpu, Vm
from model.today.writes import guest_tsc, scaled_tsc
from vtsc.language import integer, s64, u64

HUNDRED = 100
"""The nanoseconds in a unit of Hyper-V's reference time."""


def set_lapic(vcpu: Vcpu, deadline_mode: bool, irr: bool, sample: Sample) -> None:
    """KVM_SET_LAPIC (kvm_apic_set_state). [today-lapic]

    A change of mode drops the deadline; otherwise its timer starts anew.
    """
    if vcpu.deadline_mode != deadline_mode:
        vcpu.deadline = 0
        vcpu.armed = False
    vcpu.deadline_mode = deadline_mode
    vcpu.irr = irr
    vcpu.pending = False
    if vcpu.deadline != 0:
        _start(vcpu, sample)


def write_deadline(vcpu: Vcpu, deadline: int, sample: Sample) -> None:
    """A write of IA32_TSC_DEADLINE, by the guest or by user space. [today-deadline]

    It is ignored outside of deadline mode. The time at which the timer fires is computed here, from the
    guest's TSC of this moment, and a later write of the TSC does not move it.
    """
    if vcpu.vm.rules.deadline_needs_mode and not vcpu.deadline_mode:
        return
    vcpu.deadline = deadline
    vcpu.armed = False
    vcpu.pending = False
    if deadline != 0:
        _start(vcpu, sample)


def _start(vcpu: Vcpu, sample: Sample) -> None:
    """Arm the timer for the deadline; one that is past fires at once. [today-deadline]"""
    left = s64(vcpu.deadline - guest_tsc(vcpu, sample))
    wait = _nanoseconds(vcpu, abs(left)) if left >= 0 else 0
    vcpu.fires_at = sample.ns + wait
    vcpu.armed = True


def _nanoseconds(vcpu: Vcpu, cycles: int) -> int:
    """Cycles of the vCPU's rate as nanoseconds, the product taken mod 2^64. [today-deadline]"""
    return u64(cycles * 10**6) // vcpu.khz


def due(vcpu: Vcpu, sample: Sample) -> int:
    """The host's time at which an armed timer fires. [today-deadline]"""
    if vcpu.vm.rules.deadline_fixed:
        return vcpu.fires_at
    left = s64(vcpu.deadline - guest_tsc(vcpu, sample))
    return u64(sample.ns + (_nanoseconds(vcpu, abs(left)) if left >= 0 else 0))


def expire(vcpu: Vcpu) -> None:
    """The timer fires (apic_timer_expired): its interrupt is posted, or waits for a run. [today-expire]"""
    vcpu.armed = False
    vcpu.pending = True
    if vcpu.vm.rules.timer_posted:
        deliver(vcpu)


def deliver(vcpu: Vcpu) -> None:
    """Put a waiting interrupt into the APIC's page; the deadline then reads 0. [today-expire]"""
    if vcpu.pending:
        vcpu.pending = False
        vcpu.irr = True
        vcpu.deadline = 0


def reference_time(vm: Vm, sample: Sample) -> int:
    """Hyper-V's reference time as the host counts it (get_time_ref_counter). [today-reference]

    With a valid page that is what the guest computes from it, from the TSC of vCPU 0. Its scale is made of
    the factors of kvmclock's page, so that it does not depend on a rate within the tolerance, and its product
    is wide enough for any age. That it counts in 100 ns is taken to be exact.
    """
    if not vm.reference_page:
        return clock_now(vm, sample) // HUNDRED
    boot = vm.vcpus[0]
    passed = u64(guest_tsc(boot, sample) - vm.reference_tsc)
    rate = scaled_tsc(boot, vm.host_khz)
    if rate:
        shift, mult = factors(NSEC_PER_SEC, rate * HZ_PER_KHZ)
        passed = u64(integer(passed) * mult >> 32 - shift)
    return u64(vm.reference_ns + passed) // HUNDRED


def start_stimer(vcpu: Vcpu, due_at: int, sample: Sample) -> None:
    """A synthetic timer that is due at a reference time (stimer_start). [today-stimer]"""
    vcpu.stimer_armed = True
    vcpu.stimer_due = due_at
    left = s64(due_at - reference_time(vcpu.vm, sample))
    vcpu.stimer_fires_at = u64(sample.ns + (HUNDRED * abs(left) if left >= 0 else 0))
