"""Linux 2.6.35 on AMD: the offset is compensated at migration, once the TSC counts as unstable.

Mirrors init_vmcb, svm_vcpu_load, svm_vcpu_put and the kvmclock code of x86.c. The per-pCPU khz of the
load rule is left out: cpu_tsc_khz is constant here.
"""

from typing import ClassVar

from model.designs.base import CLOCK_UPDATE, MIGRATE_TIMER, Design
from model.host.host import Host
from model.lemmas.standings import USUAL, Standing, away, is_away
from model.vm import Vcpu


class V2635Svm(Design):
    """The design of 2.6.35 on SVM."""

    name = "2.6.35-svm"
    title = "Linux 2.6.35, SVM: compensate migrations once TSC is unstable"
    vendors = ("svm",)
    saved_tsc = "host_tsc"
    standings: ClassVar[tuple[Standing, ...]] = (
        *USUAL,
        away("away", "while a vCPU is off its pCPU", "host_tsc", is_away),
    )

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors init_vmcb: the guest reads the host's TSC. [svm-create-host]"""
        vcpu.tsc_offset = 0

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors svm_vcpu_load, then kvm_arch_vcpu_load. [svm-load]"""
        if vcpu.cpu != cpu:
            if host.tsc_unstable:
                vcpu.tsc_offset += vcpu.host_tsc - host.tsc(cpu)
            vcpu.cpu = cpu
            vcpu.request(MIGRATE_TIMER)
        self.load_common(vcpu)

    def load_common(self, vcpu: Vcpu) -> None:
        """The part of kvm_arch_vcpu_load that follows the vendor's. [load-asks-update]"""
        if vcpu.time_page:
            vcpu.request(CLOCK_UPDATE)

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors svm_vcpu_put. [svm-put]"""
        vcpu.host_tsc = host.tsc(vcpu.cpu)

    def set_time_page(self, host: Host, vcpu: Vcpu, enable: bool) -> None:
        """Mirrors kvm_set_msr_common for MSR_KVM_SYSTEM_TIME. [page-asks-update]"""
        vcpu.time_page = enable
        if vcpu.time_page:
            vcpu.request(CLOCK_UPDATE)

    def vcpu_reset(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors svm_vcpu_reset, which calls init_vmcb as creation does. [svm-init-host]"""
        vcpu.tsc_offset = 0

    def write_tsc(self, host: Host, vcpu: Vcpu, cpu: int, data: int) -> None:
        """Mirrors svm_set_msr and vmx_set_msr for the TSC: each write stands for itself. [write-alone]"""
        vcpu.tsc_offset = data - host.tsc(cpu)
