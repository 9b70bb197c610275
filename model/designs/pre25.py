"""The code that patch 25/35 applies to: it compensates at every load once TSC is unstable, without catchup.

Mirrors the '-' lines of the patch quoted in the mail, and 46543ba4's kvm_write_tsc.
"""

from model.arithmetic import nsec_to_cycles
from model.designs.base import CLOCK_UPDATE, FLOOR_AT_EXIT, MIGRATE_TIMER
from model.designs.e48672fa import MATCH_NS, E48672fa
from model.host.host import Host
from model.vm import Vcpu, Vm
from vtsc.language import s64


class Pre25(E48672fa):
    """The design of the series up to 24/35."""

    name = "pre25"
    title = "the series before 25/35: compensate every load once TSC is unstable"

    def write_tsc(self, host: Host, vcpu: Vcpu, cpu: int, data: int) -> None:
        """Here kvm_write_tsc also sets the vCPU's reference point. [write-tsc-reference]"""
        super().write_tsc(host, vcpu, cpu, data)
        vcpu.last_tsc_write = data
        vcpu.last_tsc_nsec = vcpu.vm.last_tsc_nsec

    def writes_match(self, last: int, data: int) -> bool:
        """Written values match when less than five seconds of cycles apart. [write-tsc-near]"""
        return abs(s64(data - last)) < nsec_to_cycles(MATCH_NS, self.settings["virtual_khz"])

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors the '-' lines of kvm_arch_vcpu_load. [load-unstable]"""
        if vcpu.cpu != cpu or host.tsc_unstable:
            tsc_delta = 0 if vcpu.last_host_tsc == 0 else s64(host.tsc(cpu) - vcpu.last_host_tsc)
            if tsc_delta < 0:
                host.mark_tsc_unstable()
            if host.tsc_unstable:
                vcpu.tsc_offset -= tsc_delta
            vcpu.request(MIGRATE_TIMER)
            vcpu.cpu = cpu

    def hardware_enable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Mirrors kvm_arch_hardware_enable: vCPUs with a page ask for an update. [enable-asks-with-page]"""
        for vcpu in vm.vcpus:
            if vcpu.cpu == cpu and vcpu.time_page:
                vcpu.request(CLOCK_UPDATE)

    def page_floor(self) -> int:
        """The TSC at the last exit is what the page has been read up to. [page-floor]"""
        return FLOOR_AT_EXIT
