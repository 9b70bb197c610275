"""Trapping RDTSC: who decides it, how it starts and ends, and what a trapped RDTSC returns.

Mirrors the hunks of the later patches that the mail quotes (kvm_update_tsc_trapping, the exit rule of
kvm_guest_time_update), completed in the way that ADR 4 explains. Everything but the
condition of `update_trapping` and the exit rule is reconstructed.
"""

from typing import Any

from model.arithmetic import later, lesser
from model.designs.base import CLOCK_UPDATE
from model.host.host import Host
from model.state import PASSTHROUGH, TRAP
from model.vm import Vcpu, Vm
from vtsc.language import both, either, negation, u64


def update_trapping(host: Host, vm: Vm, settings: Any) -> None:
    """kvm_update_tsc_trapping: decide each vCPU's tsc_mode. [trap-condition, trap-mode, trap-callers]"""
    if settings["trapping"] == "off":
        return
    several = either(
        both(a.created, b.created) for i, a in enumerate(vm.vcpus) for b in vm.vcpus[:i]
    )
    trap = both(host.tsc_unstable, several)
    for vcpu in vm.vcpus:
        if both(vcpu.created, both(trap, negation(vcpu.time_page))):
            if vcpu.tsc_mode != TRAP:
                vcpu.tsc_mode = TRAP
                vcpu.request(CLOCK_UPDATE)
        elif vcpu.tsc_mode != PASSTHROUGH:
            vcpu.tsc_mode = PASSTHROUGH
            vcpu.request(CLOCK_UPDATE)
            if settings["trap_clear"] == "immediate":
                stop_trapping(vcpu, settings)


def passthrough_resumes(vcpu: Vcpu) -> bool:
    """Whether the first half of the exit rule's condition holds. [exit-rule]"""
    return vcpu.tsc_mode == PASSTHROUGH and vcpu.tsc_trapping


def follow_mode(vcpu: Vcpu, settings: Any) -> None:
    """Make tsc_trapping what tsc_mode asks for, when a clock update is served. [trap-mode]"""
    if vcpu.tsc_mode == TRAP:
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


def emulate_rdtsc(host: Host, vcpu: Vcpu, clock_value: int, settings: Any) -> int:
    """The value of a trapped RDTSC; ``clock_value`` is the kernel clock's. [emulated-value]"""
    how = settings["rdtsc_emulation"]
    if how == "bump-vcpu":
        vcpu.last_emul = later(clock_value, vcpu.last_emul + 1)
        return vcpu.last_emul
    if how == "bump-vm":
        vcpu.vm.last_emul = later(clock_value, vcpu.vm.last_emul + 1)
        return vcpu.vm.last_emul
    if how == "estimate":
        step = host.base.cycles(host.clock_step())
        since_tick = u64(host.tick_age(vcpu.cpu))
        return clock_value + lesser(since_tick, max(step - 1, 0))
    return clock_value
