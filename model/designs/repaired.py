"""Patch 25/35, repaired: after every put, the guest's TSC is set anew from the time that has elapsed.

25/35 asks whether the TSC is marked unstable before it compensates and catches up. But a TSC can be wrong
and not marked yet, and catchup alone cannot undo a lead. 25/35's load is kept; four functions change.
"""

from typing import Any, ClassVar

from model.arithmetic import later
from model.designs.base import CLOCK_UPDATE
from model.designs.patch25 import Patch25
from model.host.host import Host
from model.lemmas.repaired import LEMMAS, STANDINGS
from model.lemmas.standings import Standing
from model.state import TRAP
from model.trapping import follow_mode
from model.vm import Vcpu, Vm
from vtsc.language import MASK, Lemma, s64, u64, word


class Repaired(Patch25):
    """Patch 25/35 with what its claims need to be true."""

    name = "repaired"
    title = "patch 25/35, repaired: the TSC is set from elapsed time after every put"
    guarded = False
    standings: ClassVar[tuple[Standing, ...]] = STANDINGS
    lemmas: ClassVar[tuple[Lemma, ...]] = LEMMAS
    vcpu_fields = {"last_guest_tsc": word("cycles", "the guest's TSC at its last exit", hi=MASK)}

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """As in 25/35, but the update is asked for while the TSC counts as stable, too. [repaired-put]"""
        super().vcpu_put(host, vcpu)
        vcpu.request(CLOCK_UPDATE)

    def vcpu_exit(self, host: Host, vcpu: Any) -> None:
        """Note the guest's TSC, as from 1d5f066e on; ask for an update while unstable. [repaired-exit]"""
        vcpu.last_guest_tsc = u64(self.read_tsc(host, vcpu))
        if host.tsc_unstable:
            vcpu.request(CLOCK_UPDATE)

    def guest_time_update(self, host: Host, vcpu: Any) -> None:
        """Set the TSC from elapsed time, up or down, but not below its last value. [repaired-update]"""
        tsc_timestamp = self.read_tsc(host, vcpu)
        host.sampling_gap()
        wanted = self.compute_guest_tsc(vcpu, host.kernel_ns())
        unseen = max(host.base.cycles(host.clock_step()), 1) - 1
        if unseen > 0 and abs(s64(tsc_timestamp - wanted)) <= unseen:
            wanted = tsc_timestamp
        wanted = later(wanted, vcpu.last_guest_tsc)
        vcpu.caught_up = wanted > u64(tsc_timestamp)
        vcpu.tsc_offset += wanted - tsc_timestamp
        follow_mode(vcpu, self.read_tsc(host, vcpu), self.settings)

    def trapping_decided(self, host: Host, vm: Vm) -> None:
        """Trapping starts at once: vCPUs are kicked. [repaired-trap]"""
        for vcpu in vm.vcpus:
            if vcpu.tsc_mode == TRAP:
                vcpu.tsc_trapping = True
