"""The switch between trapping and passthrough: who is asked, who has to leave guest mode, who has to wait.

The mail leaves the switch open; ADR 22 compares the protocols that `trap_switch` chooses from.
"""

from functools import partial
from typing import Any

from model.designs.base import Design
from model.host.host import Host
from model.page import NO_FLOOR
from model.trapping import must_leave, needs_trapping, some_switch, update_trapping
from model.vm import Vcpu, Vm
from vtsc.language import apart


class Switch:
    """What the machine does when trapping is decided anew, and when a vCPU leaves guest mode."""

    def __init__(self, design: Design, settings: Any) -> None:
        self.design = design
        self.settings = settings
        self.floored = settings["clock_reads"] == "on" and design.page_floor() != NO_FLOOR

    def decide(self, host: Host, vm: Vm) -> None:
        """Decide on trapping anew; trap_switch may then end guest mode. [trap-callers, trap-switch]"""
        if self.settings["trapping"] == "off":
            return
        if self.design.decides_trapping:
            self.design.update_tsc_trapping(host, vm)
        else:
            self._decide_each(host, vm)
        self.design.trapping_decided(host, vm)
        if self.settings["trap_switch"] != "each":
            for vcpu in vm.vcpus:
                apart(partial(self._kick, host, vcpu), vm, vcpu)

    def _decide_each(self, host: Host, vm: Vm) -> None:
        """kvm_update_tsc_trapping: decide the tsc_mode of each vCPU. [trap-condition, trap-mode]"""
        trap = needs_trapping(host, vm)
        for vcpu in vm.vcpus:
            if self.settings["trap_seed"] == "decision":
                apart(partial(self._update, host, vcpu, trap), vm, vcpu)
            else:
                update_trapping(host, vcpu, trap, self.settings)

    def _update(self, host: Host, vcpu: Vcpu, trap: bool) -> None:
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
        if self.floored:
            self._note_exit(host, vcpu)
        if self.settings["entry_delay"]:
            vcpu.out_since = host.t

    def _note_exit(self, host: Host, vcpu: Any) -> None:
        """Note the guest's TSC for the floor of its page. [page-floor]"""
        vcpu.exit_tsc = self.design.read_tsc(host, vcpu)
