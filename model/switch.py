"""The switch between trapping and passthrough: who is asked, who has to leave guest mode, who has to wait.

The mail leaves the switch open; ADR 22 compares the protocols that `trap_switch` chooses from.
"""

from functools import partial
from typing import Any

from model.arithmetic import later
from model.designs.base import Design
from model.host.host import Host
from model.state import TRAP
from model.trapping import (
    must_leave,
    native_value,
    some_switch,
    update_trapping,
    wants_trapping,
)
from model.vm import Vcpu, Vm
from vtsc.language import apart


class Switch:
    """What the machine does when trapping is decided anew, and when a vCPU leaves guest mode."""

    def __init__(self, design: Design, settings: Any) -> None:
        self.design = design
        self.settings = settings

    def decide(self, host: Host, vm: Vm) -> None:
        """Decide on trapping anew; trap_switch may then end guest mode. [trap-callers, trap-switch]"""
        if self.settings["trapping"] == "off":
            return
        trap = wants_trapping(host, vm)
        self.choose(host, vm, trap)
        if self.settings["trap_switch"] != "each":
            for vcpu in vm.vcpus:
                apart(partial(self._kick, host, vcpu), vm, vcpu)

    def choose(self, host: Host, vm: Vm, trap: bool) -> None:
        """Decide each vCPU's tsc_mode. [trap-mode]"""
        for vcpu in vm.vcpus:
            update_trapping(host, vcpu, trap, self.settings)

    def _kick(self, host: Host, vcpu: Vcpu) -> None:
        if must_leave(vcpu, self.settings):
            self.leave_guest(host, vcpu)

    def blocks(self, vm: Vm) -> bool:
        """Whether no vCPU may be entered, since one of them has not made its switch. [trap-switch]"""
        return self.settings["trap_switch"] == "together" and some_switch(vm)

    def leave_guest(self, host: Host, vcpu: Vcpu) -> None:
        """Return from the guest to KVM. [guest-exit]"""
        vcpu.in_guest = False
        self.design.vcpu_exit(host, vcpu)
        if self.settings["entry_delay"]:
            vcpu.out_since = host.t


class SeedingSwitch(Switch):
    """A switch that counts as returned what each vCPU could have read until it is to trap. [trap-seed]"""

    def choose(self, host: Host, vm: Vm, trap: bool) -> None:
        """Decide each vCPU's tsc_mode, one after the other, since they share what was returned last."""
        for vcpu in vm.vcpus:
            apart(partial(self._update, host, vcpu, trap), vm, vcpu)

    def _update(self, host: Host, vcpu: Vcpu, trap: bool) -> None:
        before = vcpu.tsc_mode == TRAP
        update_trapping(host, vcpu, trap, self.settings)
        if vcpu.tsc_mode == TRAP and not before:
            self._count(vcpu, native_value(host, vcpu))

    def _count(self, vcpu: Vcpu, value: int) -> None:
        """Count ``value`` as returned, where it is later than the last one."""
        if self.settings["rdtsc_emulation"] == "bump-vcpu":
            vcpu.last_emul = later(value, vcpu.last_emul)
        else:
            vcpu.vm.last_emul = later(value, vcpu.vm.last_emul)


def switch(design: Design, settings: Any) -> Switch:
    """The switch that the settings choose."""
    seeding = settings["trapping"] != "off" and settings["trap_seed"] == "decision"
    return SeedingSwitch(design, settings) if seeding else Switch(design, settings)
