"""Patch 25/35 with its flags' use in one place: a function that decides the mode of a vCPU.

The review of 25/35 asks for that. [C14] `tests/model/test_central.py` proves that every read returns the same
value, with the default guard and trap_clear=deferred. What 25/35 spreads over tsc_mode, the exit rule and the
catchup guard is here the function `mode`. The update that put asks for, and the exit rule's condition, are
superfluous.
"""

from model.designs.base import CLOCK_UPDATE
from model.designs.patch25 import Patch25
from model.host.host import Host
from model.vm import Vcpu, Vm
from vtsc.language import both, either, u64

PASSTHROUGH, CATCHUP, TRAP = 0, 1, 2
"""The modes of a vCPU: its TSC is left alone, raised to what elapsed time calls for, or emulated."""


class Central(Patch25):
    """Patch 25/35 with one function for the mode."""

    name = "central"
    title = "patch 25/35 with a central mode function, the same for the guest"
    guarded = False
    decides_trapping = True

    def several(self, vm: Vm) -> bool:
        """Whether more than one vCPU is online. [central-mode]"""
        return either(
            both(v.created, w.created) for v in vm.vcpus for w in vm.vcpus if v.number != w.number
        )

    def mode(self, host: Host, vcpu: Vcpu, several: bool) -> int:
        """The one place that decides how a vCPU's TSC is kept. [central-mode]"""
        if vcpu.time_page:
            return PASSTHROUGH
        if self.settings["trapping"] != "off" and both(host.tsc_unstable, several):
            return TRAP
        return CATCHUP

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Note the TSC, and whether it may be compensated; load asks for the update. [central-put]"""
        vcpu.last_host_tsc = host.tsc(vcpu.cpu)
        if host.tsc_unstable:
            vcpu.tsc_rebase = True

    def guest_time_update(self, host: Host, vcpu: Vcpu) -> None:
        """Catch up unless the TSC is, and was, left alone; then trap or not. [central-update]"""
        mode = self.mode(host, vcpu, self.several(vcpu.vm))
        tsc_timestamp = self.read_tsc(host, vcpu)
        host.sampling_gap()
        wanted = self.compute_guest_tsc(vcpu, host.kernel_ns())
        catchup = mode != PASSTHROUGH or vcpu.tsc_trapping
        if catchup and u64(wanted) > u64(tsc_timestamp):
            vcpu.tsc_offset += wanted - tsc_timestamp
            vcpu.caught_up = True
        vcpu.tsc_trapping = mode == TRAP

    def update_tsc_trapping(self, host: Host, vm: Vm) -> None:
        """Ask each vCPU whose trapping has to change for an update, which changes it. [central-update]"""
        several = self.several(vm)
        for vcpu in vm.vcpus:
            trap = self.mode(host, vcpu, several) == TRAP
            if trap != vcpu.tsc_trapping:
                vcpu.request(CLOCK_UPDATE)
