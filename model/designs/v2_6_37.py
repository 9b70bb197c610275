"""Linux 2.6.37: the catchup mode that was merged (c285545f, "KVM: x86: TSC catchup mode").

It differs from patch 25/35 in three ways: there is no tsc_rebase, put raises no request, and catching up
is a flag of the vCPU that load sets.
"""

from model.designs.base import CLOCK_UPDATE, MIGRATE_TIMER
from model.designs.patch25 import Patch25
from model.host.host import Host
from model.vm import Vcpu
from vtsc.language import s64


class V2637(Patch25):
    """The design of 2.6.37."""

    name = "2.6.37"
    title = "Linux 2.6.37, the catchup mode that was merged"
    guarded = False

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors kvm_arch_vcpu_load. [load-catchup]"""
        if vcpu.cpu != cpu or host.tsc_unstable:
            tsc_delta = 0 if vcpu.last_host_tsc == 0 else s64(host.tsc(cpu) - vcpu.last_host_tsc)
            if tsc_delta < 0:
                host.mark_tsc_unstable()
            if host.tsc_unstable:
                vcpu.tsc_offset -= tsc_delta
                vcpu.tsc_catchup = True
                vcpu.request(CLOCK_UPDATE)
            if vcpu.cpu != cpu:
                vcpu.request(MIGRATE_TIMER)
            vcpu.cpu = cpu

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors kvm_arch_vcpu_put. [put-notes-tsc]"""
        vcpu.last_host_tsc = host.tsc(vcpu.cpu)

    def catchup_guard(self, host: Host, vcpu: Vcpu) -> bool:
        """Whether to catch up, which is so from the first load with an unstable TSC on. [catchup-flag]"""
        return vcpu.tsc_catchup
