"""Trapping RDTSC: who decides it, how it starts and ends, and what a trapped RDTSC returns.

Mirrors the hunks of the later patches that the mail quotes (kvm_update_tsc_trapping, the exit rule of
kvm_guest_time_update), completed in the way that ADR 4 explains; ADR 22 has the protocols of the switch.
Everything but the condition of `update_trapping` and the exit rule is reconstructed.
"""

from typing import Any

from model.arithmetic import later, lesser
from model.designs.base import CLOCK_UPDATE
from model.host.host import Host
from model.state import PASSTHROUGH, TRAP
from model.vm import Vcpu, Vm
from vtsc.language import both, either, negation, u64


def needs_trapping(host: Host, vm: Vm) -> bool:
    """The part of kvm_update_tsc_trapping's condition that is the VM's. [trap-condition]"""
    several = either(
        both(a.created, b.created) for i, a in enumerate(vm.vcpus) for b in vm.vcpus[:i]
    )
    return both(host.tsc_unstable, several)


def update_trapping(host: Host, vcpu: Vcpu, trap: bool, settings: Any) -> None:
    """kvm_update_tsc_trapping for one vCPU: decide its tsc_mode. [trap-condition, trap-mode, trap-callers]

    ``trap``: the VM's part of the condition.
    """
    if both(vcpu.created, both(trap, negation(has_page(vcpu, settings)))):
        if vcpu.tsc_mode != TRAP:
            vcpu.tsc_mode = TRAP
            vcpu.request(CLOCK_UPDATE)
            if settings["trap_seed"] == "decision":
                raise_last_emul(vcpu, native_value(host, vcpu), settings)
    elif vcpu.tsc_mode != PASSTHROUGH:
        vcpu.tsc_mode = PASSTHROUGH
        vcpu.request(CLOCK_UPDATE)
        if settings["trap_clear"] == "immediate":
            stop_trapping(vcpu, settings)


def has_page(vcpu: Vcpu, settings: Any) -> bool:
    """Whether kvmclock keeps the vCPU from trapping: by its own page, or by all pages. [trap-page]"""
    if settings["trap_page"] == "each":
        return vcpu.time_page
    return negation(either(both(v.created, negation(v.time_page)) for v in vcpu.vm.vcpus))


def is_switching(vcpu: Vcpu) -> bool:
    """Whether the vCPU does not do yet what its tsc_mode asks for. [trap-switch]"""
    asked = either((vcpu.tsc_mode == TRAP,))
    other = either(
        (both(asked, negation(vcpu.tsc_trapping)), both(vcpu.tsc_trapping, negation(asked)))
    )
    return both(vcpu.created, other)


def some_switch(vm: Vm) -> bool:
    """Whether any vCPU does not do yet what its tsc_mode asks for."""
    return either(is_switching(vcpu) for vcpu in vm.vcpus)


def must_leave(vcpu: Vcpu, settings: Any) -> bool:
    """Whether a decision takes the vCPU out of guest mode, if it is in it. [trap-switch]"""
    if settings["trap_switch"] == "together":
        return both(vcpu.in_guest, some_switch(vcpu.vm))
    return both(vcpu.in_guest, is_switching(vcpu))


def passthrough_resumes(vcpu: Vcpu) -> bool:
    """Whether the first half of the exit rule's condition holds. [exit-rule]"""
    return vcpu.tsc_mode == PASSTHROUGH and vcpu.tsc_trapping


def catches_up(vcpu: Vcpu, slower: bool, settings: Any) -> bool:
    """Whether a vCPU catches up because it stops trapping; ``slower``: in the mail's words. [exit-rule]"""
    if not passthrough_resumes(vcpu) or settings["trap_catchup"] == "never":
        return False
    return settings["trap_catchup"] != "mail" or slower or vcpu.time_page


def caught_up_to(vcpu: Vcpu, wanted: int, settings: Any) -> int:
    """The value to catch up to: ``wanted``, or the last one returned if trap_catchup=emulated. [trap-exit]"""
    if settings["trap_catchup"] == "emulated" and passthrough_resumes(vcpu):
        return later(wanted, last_emulated(vcpu, settings))
    return wanted


def follow_mode(vcpu: Vcpu, native: int, settings: Any) -> None:
    """Make tsc_trapping what tsc_mode asks for, when a clock update is served. [trap-mode, trap-seed]

    ``native`` is what an RDTSC would return that is not trapped.
    """
    if vcpu.tsc_mode == TRAP:
        if settings["trap_seed"] == "switch" and not vcpu.tsc_trapping:
            raise_last_emul(vcpu, native, settings)
        vcpu.tsc_trapping = True
    elif vcpu.tsc_trapping:
        stop_trapping(vcpu, settings)


def stop_trapping(vcpu: Vcpu, settings: Any) -> None:
    """Stop intercepting RDTSC; last_emul=reset also forgets the last value returned. [trap-end]"""
    vcpu.tsc_trapping = False
    if settings["last_emul"] == "reset":
        vcpu.last_emul = 0
        if negation(either(v.tsc_trapping for v in vcpu.vm.vcpus)):
            vcpu.vm.last_emul = 0


def native_value(host: Host, vcpu: Vcpu) -> int:
    """What a passthrough RDTSC would return now, or at the vCPU's put if it is off its pCPU. [trap-seed]"""
    tsc = host.tsc(vcpu.cpu) if vcpu.loaded else vcpu.last_host_tsc
    return u64(tsc + vcpu.tsc_offset)


def last_emulated(vcpu: Vcpu, settings: Any) -> int:
    """The last value that a trapped RDTSC returned, of the vCPU or of its VM. [emulated-value]"""
    return vcpu.last_emul if settings["rdtsc_emulation"] == "bump-vcpu" else vcpu.vm.last_emul


def raise_last_emul(vcpu: Vcpu, value: int, settings: Any) -> None:
    """Count ``value`` as returned, where it is later than the last one. [trap-seed]"""
    if u64(value) > last_emulated(vcpu, settings):
        if settings["rdtsc_emulation"] == "bump-vcpu":
            vcpu.last_emul = value
        else:
            vcpu.vm.last_emul = value


def emulate_rdtsc(host: Host, vcpu: Vcpu, clock_value: int, settings: Any) -> int:
    """The value of a trapped RDTSC; ``clock_value`` is the kernel clock's. [emulated-value]"""
    how = settings["rdtsc_emulation"]
    if how == "bump-vcpu":
        vcpu.last_emul = later(clock_value, vcpu.last_emul + settings["emul_bump"])
        return vcpu.last_emul
    if how == "bump-vm":
        vcpu.vm.last_emul = later(clock_value, vcpu.vm.last_emul + settings["emul_bump"])
        return vcpu.vm.last_emul
    if how == "estimate":
        step = host.base.cycles(host.clock_step())
        since_tick = u64(host.tick_age(vcpu.cpu))
        return clock_value + lesser(since_tick, max(step - 1, 0))
    return clock_value
