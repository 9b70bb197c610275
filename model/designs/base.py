"""The parts that all designs share: requests, native RDTSC, and empty hooks that a patch may fill in.

Mirrors the part of arch/x86/kvm/x86.c around vcpu_enter_guest that no patch of the series
touches. The methods below are the whole interface of a design.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from model.host.host import Host
from model.lemmas.standings import USUAL, Standing
from model.page import FLOOR_AT_EXIT, FLOOR_AT_UPDATE, NO_FLOOR, update_page
from model.state import CLOCK_UPDATE, MIGRATE_TIMER
from model.vm import Vcpu, Vm
from vtsc.language import BadFileError, Lemma


def missing(design: "Design", function: str) -> BadFileError:
    """The error to raise where a design lacks a function that it needs."""
    return BadFileError(f"design {type(design).__name__} has no {function}")


class Design:
    """The kernel functions that a design consists of. Instances hold settings and no state."""

    name: ClassVar[str]
    title: ClassVar[str]
    vendors: ClassVar[tuple[str, ...]] = ("svm", "vmx")
    traps: ClassVar[bool] = False
    """Whether RDTSC can be made to trap, by `model.trapping`."""
    decides_trapping: ClassVar[bool] = False
    """Whether it decides by itself which vCPUs trap: by `update_tsc_trapping`."""
    guarded: ClassVar[bool] = False
    """Whether the parameter catchup_guard has a meaning."""
    told_rates: ClassVar[bool] = True
    """Whether KVM is told of a pCPU's rate that changes, and kvmclock follows. [page-factor]"""
    saved_tsc: ClassVar[str] = "last_host_tsc"
    """The vCPU's field that notes the host TSC to compensate from."""
    standings: ClassVar[tuple[Standing, ...]] = USUAL
    """The circumstances in which it is clear what a guest's TSC would be."""
    lemmas: ClassVar[tuple[Lemma, ...]] = ()
    """Candidate lemmas of the design's own."""
    vcpu_fields: ClassVar[Mapping[str, Any]] = {}
    """Fields that the design adds to those of each vCPU, by name, as `model.state` declares them."""
    vm_fields: ClassVar[Mapping[str, Any]] = {}
    """Fields that the design adds to those of the VM, likewise."""

    def __init_subclass__(cls) -> None:
        """Add the fields of the base class to the class's own."""
        base: Any = cls.__base__
        cls.vcpu_fields = {**base.vcpu_fields, **cls.vcpu_fields}
        cls.vm_fields = {**base.vm_fields, **cls.vm_fields}

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.vendor: str = settings["vendor"]

    # called by the machine, in kernel spelling

    def vm_create(self, host: Host, vm: Vm) -> None:
        """Mirrors kvm_arch_create_vm, which runs on pCPU 0."""

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """The vendor's creation of a vCPU, which runs on ``cpu`` before the first vcpu_load there."""
        raise missing(self, "vcpu_create")

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors kvm_arch_vcpu_load: the vCPU thread is put on pCPU ``cpu``."""
        raise missing(self, "vcpu_load")

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors kvm_arch_vcpu_put: the vCPU thread is taken off its pCPU."""
        raise missing(self, "vcpu_put")

    def guest_time_update(self, host: Host, vcpu: Vcpu) -> None:
        """The handler of CLOCK_UPDATE, which runs in one IRQ-off window; `serve_requests` has the page."""

    def compute_guest_tsc(self, vcpu: Vcpu, kernel_ns: int) -> int:
        """The guest TSC that elapsed host time calls for; designs with catchup have it."""
        raise missing(self, "compute_guest_tsc")

    def set_time_page(self, host: Host, vcpu: Vcpu, enable: bool) -> None:
        """The guest writes the kvmclock MSR: ``time_page`` becomes ``enable``."""
        raise missing(self, "set_time_page")

    def update_tsc_trapping(self, host: Host, vm: Vm) -> None:
        """Decide anew which vCPUs trap RDTSC; for designs that do not leave it to `model.switch`."""

    def trapping_decided(self, host: Host, vm: Vm) -> None:
        """It has been decided anew which vCPUs are to trap RDTSC."""

    def vcpu_enter(self, host: Host, vcpu: Vcpu) -> None:
        """The vCPU is about to enter guest mode, at the end of vcpu_enter_guest's preparations."""

    def vcpu_exit(self, host: Host, vcpu: Vcpu) -> None:
        """The vCPU has left guest mode: at an exit, a write of the kvmclock MSR, or a trapped RDTSC."""

    def vcpu_reset(self, host: Host, vcpu: Vcpu) -> None:
        """The vendor's reset of a vCPU that got INIT and SIPI, where it is loaded. [init-keeps]"""

    def write_tsc(self, host: Host, vcpu: Vcpu, cpu: int, data: int) -> None:
        """The guest writes ``data`` to its TSC on pCPU ``cpu``; from 99e3e30a on creation writes 0."""
        raise missing(self, "write_tsc")

    def page_floor(self) -> int:
        """What keeps the time in a kvmclock page from going back: see `model.page`. [page-update]"""
        return NO_FLOOR

    def cpufreq(self, host: Host, vm: Vm, cpu: int) -> None:
        """Mirrors kvmclock_cpufreq_notifier: pages on a pCPU whose rate changes are due. [cpufreq-asks]"""
        for vcpu in vm.vcpus:
            if vcpu.cpu == cpu and vcpu.time_page:
                vcpu.request(CLOCK_UPDATE)

    def hardware_disable(self, host: Host, vm: Vm, cpu: int) -> None:
        """VMX is disabled on ``cpu``, for all vCPUs, before a suspend."""

    def hardware_enable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Virtualisation is enabled on ``cpu`` again, for all vCPUs, after a suspend."""

    # shared

    def read_tsc(self, host: Host, vcpu: Vcpu) -> int:
        """The value of an untrapped RDTSC: host TSC plus offset. [native-read]"""
        return host.tsc(vcpu.cpu) + vcpu.tsc_offset

    def serve_requests(self, host: Host, vcpu: Vcpu) -> None:
        """The request part of the run loop. [serve-requests]"""
        vcpu.request_migrate_timer = False
        if vcpu.request_clock_update:
            vcpu.request_clock_update = False
            self.guest_time_update(host, vcpu)
            if self.settings["clock_reads"] == "on" and vcpu.time_page:
                now, floor = self.read_tsc(host, vcpu), self.page_floor()
                update_page(host, vcpu, now, floor, host.steps and self.told_rates)


__all__ = [
    "CLOCK_UPDATE",
    "FLOOR_AT_EXIT",
    "FLOOR_AT_UPDATE",
    "MIGRATE_TIMER",
    "Design",
    "Vcpu",
    "Vm",
]
