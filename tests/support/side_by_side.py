"""Patch 25/35 and the central design side by side in one machine: the latter works on fields of its own."""

from typing import Any

from model.designs.central import Central
from model.designs.patch25 import Patch25
from model.host.host import Host
from model.vm import Vcpu, Vm
from vtsc.language import counter, flag, word


class Side(Patch25):
    """25/35 on the usual fields; after each of its functions the central one's, on the other fields."""

    name = "side-by-side"
    title = "patch 25/35, and beside it the central design"
    vcpu_fields = {
        "other_offset": counter("cycles", "the other's tsc_offset"),
        "other_host_tsc": word("cycles", "the other's last_host_tsc"),
        "other_rebase": flag("the other's tsc_rebase"),
        "other_trapping": flag("the other's tsc_trapping"),
        "other_update": flag("CLOCK_UPDATE is pending for the other"),
        "other_differs": flag("the other marked the TSC where this did not, or not where it did"),
    }

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.central = Central(settings)

    def exchange(self, vm: Vm) -> None:
        """Let the two change places."""
        for v in vm.vcpus:
            v.tsc_offset, v.other_offset = v.other_offset, v.tsc_offset
            v.last_host_tsc, v.other_host_tsc = v.other_host_tsc, v.last_host_tsc
            v.tsc_rebase, v.other_rebase = v.other_rebase, v.tsc_rebase
            v.tsc_trapping, v.other_trapping = v.other_trapping, v.tsc_trapping
            v.request_clock_update, v.other_update = v.other_update, v.request_clock_update

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Creation is the same code in both."""
        super().vcpu_create(host, vcpu, cpu)
        vcpu.other_offset = vcpu.tsc_offset

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Load in both; the first to run is the one whose marking is observed."""
        left = vcpu.cpu
        super().vcpu_load(host, vcpu, cpu)
        before = host.tsc_unstable
        self.exchange(vcpu.vm)
        vcpu.cpu = left
        self.central.vcpu_load(host, vcpu, cpu)
        self.exchange(vcpu.vm)
        if host.tsc_unstable != before:
            vcpu.other_differs = True

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Put in both."""
        super().vcpu_put(host, vcpu)
        self.exchange(vcpu.vm)
        self.central.vcpu_put(host, vcpu)
        self.exchange(vcpu.vm)

    def serve_requests(self, host: Host, vcpu: Vcpu) -> None:
        """Serve the requests of both."""
        super().serve_requests(host, vcpu)
        self.exchange(vcpu.vm)
        self.central.serve_requests(host, vcpu)
        self.exchange(vcpu.vm)

    def set_time_page(self, host: Host, vcpu: Vcpu, enable: bool) -> None:
        """The page is shared."""
        super().set_time_page(host, vcpu, enable)
        self.exchange(vcpu.vm)
        self.central.set_time_page(host, vcpu, enable)
        self.exchange(vcpu.vm)

    def update_tsc_trapping(self, host: Host, vm: Vm) -> None:
        """Decide in both."""
        super().update_tsc_trapping(host, vm)
        self.exchange(vm)
        self.central.update_tsc_trapping(host, vm)
        self.exchange(vm)

    def hardware_enable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Enable in both."""
        super().hardware_enable(host, vm, cpu)
        self.exchange(vm)
        self.central.hardware_enable(host, vm, cpu)
        self.exchange(vm)
