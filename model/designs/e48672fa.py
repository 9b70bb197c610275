"""Commit e48672fa, "KVM: x86: Unify vendor TSC logic": one load and put for both vendors.

Mirrors kvm_arch_vcpu_load, kvm_arch_vcpu_put and kvm_write_tsc: the sum of 99e3e30a, f38e098f, 8cfdc000 and
e48672fa. Guest TSC writes, and cpu_tsc_khz = 0 with its retry, are left out. [choice-rates]
"""

from typing import ClassVar

from model.arithmetic import NSEC_PER_MSEC
from model.designs.base import CLOCK_UPDATE, MIGRATE_TIMER, Design
from model.host.host import Host
from model.lemmas.standings import USUAL, Standing, away, is_away
from model.vm import Vcpu, Vm
from vtsc.language import s64, scaled, u64

MATCH_NS = scaled(5 * 10**9, small=1)
"""Two equal TSC writes within this time are meant to synchronise."""


class E48672fa(Design):
    """The design of e48672fa."""

    name = "e48672fa"
    standings: ClassVar[tuple[Standing, ...]] = (
        *USUAL,
        away("away", "while a vCPU is off its pCPU", "last_host_tsc", is_away),
    )
    title = "e48672fa, unified vendor TSC logic: compensate migrations, notice backwards TSCs"

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Both vendors write a TSC of 0; VMX sets cpu first, and raises no request. [create-writes-zero]"""
        if self.vendor == "vmx":
            vcpu.cpu = cpu
        self.write_tsc(host, vcpu, cpu, 0)

    def write_tsc(self, host: Host, vcpu: Vcpu, cpu: int, data: int) -> None:
        """Mirrors kvm_write_tsc on ``cpu``, with the matching of equal writes. [write-tsc]"""
        vm = vcpu.vm
        offset = data - host.tsc(cpu)
        ns = host.kernel_ns()
        elapsed = u64(ns - vm.last_tsc_nsec)
        if self.writes_match(vm.last_tsc_write, data) and elapsed < MATCH_NS:
            if not host.tsc_unstable:
                offset = vm.last_tsc_offset
            else:
                offset += u64(elapsed * host.base.khz) // NSEC_PER_MSEC
            ns = vm.last_tsc_nsec
        vm.last_tsc_nsec = ns
        vm.last_tsc_write = data
        vm.last_tsc_offset = offset
        vcpu.tsc_offset = offset

    def writes_match(self, last: int, data: int) -> bool:
        """Whether two written values are meant to be the same. [write-tsc-equal]"""
        return u64(data) == u64(last)

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors kvm_arch_vcpu_load; that VMX first sets cpu to -1 has no effect. [load-migration]"""
        if vcpu.cpu != cpu:
            tsc_delta = 0 if vcpu.last_host_tsc == 0 else s64(host.tsc(cpu) - vcpu.last_host_tsc)
            if tsc_delta < 0:
                host.mark_tsc_unstable()
            if host.tsc_unstable:
                vcpu.tsc_offset -= tsc_delta
            vcpu.request(MIGRATE_TIMER)
            vcpu.cpu = cpu

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors kvm_arch_vcpu_put. [put-notes-tsc]"""
        vcpu.last_host_tsc = host.tsc(vcpu.cpu)

    def set_time_page(self, host: Host, vcpu: Vcpu, enable: bool) -> None:
        """Mirrors kvm_set_msr_common for MSR_KVM_SYSTEM_TIME. [page-asks-update]"""
        vcpu.time_page = enable
        if vcpu.time_page:
            vcpu.request(CLOCK_UPDATE)

    def hardware_disable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Mirrors vmclear_local_vcpus of VMX: VMCSs leave the pCPU, no TSC is read. [clear-without-tsc]"""
        for vcpu in vm.vcpus:
            if vcpu.cpu == cpu:
                vcpu.cpu = -1
