"""Commit 0dd6a6ed, "KVM: Dont mark TSC unstable due to S4 suspend": 2.6.37 that notices a TSC reset.

Mirrors kvm_arch_hardware_enable and the beginning of kvm_arch_vcpu_load.
"""

from typing import Any, ClassVar

from model.designs.base import CLOCK_UPDATE
from model.designs.v2_6_37 import V2637
from model.host.host import Host
from model.lemmas.adjusted import ADJUSTED, ADJUSTED_HERE, LEMMAS
from model.lemmas.standings import Standing
from model.vm import Vm
from vtsc.language import Lemma, counter


class C0dd6a6ed(V2637):
    """The design of 0dd6a6ed, as far as it is about a suspend."""

    name = "0dd6a6ed"
    title = "2.6.37 with 0dd6a6ed: a TSC that a suspend has reset is made up for"
    standings: ClassVar[tuple[Standing, ...]] = (*V2637.standings, ADJUSTED, ADJUSTED_HERE)
    lemmas: ClassVar[tuple[Lemma, ...]] = LEMMAS
    vcpu_fields = {"tsc_offset_adjustment": counter("cycles", "what the next load adds")}

    def vcpu_load(self, host: Host, vcpu: Any, cpu: int) -> None:
        """Mirrors kvm_arch_vcpu_load. [load-adjusts]"""
        if vcpu.tsc_offset_adjustment != 0:
            vcpu.tsc_offset += vcpu.tsc_offset_adjustment
            vcpu.tsc_offset_adjustment = 0
            vcpu.request(CLOCK_UPDATE)
        super().vcpu_load(host, vcpu, cpu)

    def hardware_enable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Mirrors kvm_arch_hardware_enable: all vCPUs go on from the latest put. [enable-adjusts]"""
        super().hardware_enable(host, vm, cpu)
        local_tsc = host.tsc(cpu)
        latest = local_tsc
        for vcpu in vm.vcpus:
            if not host.tsc_unstable and vcpu.last_host_tsc > latest:
                latest = vcpu.last_host_tsc
        if latest > local_tsc:
            self.adjust(vm, local_tsc, latest)

    def adjust(self, vm: Any, local_tsc: int, latest: int) -> None:
        """Make up for a TSC that went back from ``latest`` to ``local_tsc``. [enable-adjusts]"""
        for vcpu in vm.vcpus:
            vcpu.tsc_offset_adjustment += latest - local_tsc
            vcpu.last_host_tsc = local_tsc
