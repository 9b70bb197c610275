"""Linux 2.6.35 on Intel: at migration the guest's TSC is kept from going back, and only that.

Mirrors vmx_vcpu_load, __vcpu_clear and guest_write_tsc's base at creation.
"""

from typing import ClassVar

from model.arithmetic import lesser
from model.designs.base import MIGRATE_TIMER
from model.designs.v2_6_35_svm import V2635Svm
from model.host.host import Host
from model.lemmas.standings import USUAL, Standing, away
from model.vm import Vcpu, Vm


class V2635Vmx(V2635Svm):
    """The design of 2.6.35 on VMX; the kvmclock part is SVM's."""

    name = "2.6.35-vmx"
    title = "Linux 2.6.35, VMX: raise the offset when a migration would go back"
    vendors = ("vmx",)
    standings: ClassVar[tuple[Standing, ...]] = (
        *USUAL,
        away(
            "cleared", "while a vCPU is bound to no pCPU", "host_tsc", lambda vcpu: vcpu.cpu == -1
        ),
    )

    def vm_create(self, host: Host, vm: Vm) -> None:
        """Note the host TSC in vm_init_tsc. [vmx-vm-create]"""
        vm.vm_init_tsc = host.tsc(0)

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors vmx_create_vcpu: load, then count from the VM's creation, or from now if that is less.

        [vmx-create]
        """
        self.vmx_vcpu_load(host, vcpu, cpu)
        base = lesser(vcpu.vm.vm_init_tsc, host.tsc(cpu))
        vcpu.tsc_offset = 0 - base

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors vmx_vcpu_load, then kvm_arch_vcpu_load. [vmx-load]"""
        self.vmx_vcpu_load(host, vcpu, cpu)
        self.load_common(vcpu)

    def vmx_vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """The vendor's part of a load, which creation runs too. [vmx-load]"""
        if vcpu.cpu != cpu:
            self.vcpu_clear(host, vcpu)
            vcpu.request(MIGRATE_TIMER)
            vcpu.cpu = cpu
            tsc_this = host.tsc(cpu)
            if tsc_this < vcpu.host_tsc:
                vcpu.tsc_offset += vcpu.host_tsc - tsc_this

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """A put has no effect on the TSC. [vmx-put]"""

    def vcpu_clear(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors __vcpu_clear: the old pCPU's TSC is noted by IPI when the VMCS leaves it. [vmx-clear]"""
        if vcpu.cpu != -1:
            vcpu.host_tsc = host.tsc(vcpu.cpu)
            vcpu.cpu = -1

    def hardware_disable(self, host: Host, vm: Vm, cpu: int) -> None:
        """Mirrors vmclear_local_vcpus. [vmx-disable]"""
        for vcpu in vm.vcpus:
            if vcpu.cpu == cpu:
                self.vcpu_clear(host, vcpu)

    def vcpu_reset(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors vmx_vcpu_reset, which leaves the TSC alone. [init-keeps]"""
