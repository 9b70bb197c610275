"""Commit f38e098f, "KVM: x86: TSC reset compensation", on AMD: equal TSC writes lead to equal TSCs.

Its kvm_write_tsc is the one that e48672fa still has; load and put are those of 2.6.35.
"""

from typing import ClassVar

from model.designs.base import CLOCK_UPDATE, MIGRATE_TIMER
from model.designs.e48672fa import E48672fa
from model.designs.v2_6_35_svm import V2635Svm
from model.host.host import Host
from model.lemmas.standings import Standing
from model.vm import Vcpu


class F38e098f(E48672fa):
    """The design of f38e098f on SVM."""

    name = "f38e098f"
    title = "f38e098f, SVM: equal TSC writes within five seconds match"
    vendors = ("svm",)
    saved_tsc = "host_tsc"
    standings: ClassVar[tuple[Standing, ...]] = V2635Svm.standings

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors svm_vcpu_load, then kvm_arch_vcpu_load. [svm-load, load-asks-update]"""
        if vcpu.cpu != cpu:
            if host.tsc_unstable:
                vcpu.tsc_offset += vcpu.host_tsc - host.tsc(cpu)
            vcpu.cpu = cpu
            vcpu.request(MIGRATE_TIMER)
        if vcpu.time_page:
            vcpu.request(CLOCK_UPDATE)

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors svm_vcpu_put. [svm-put]"""
        vcpu.host_tsc = host.tsc(vcpu.cpu)
