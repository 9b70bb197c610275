"""Linux 2.6.36 on AMD: the same as 2.6.35, but the TSC of a new vCPU starts at 0.

Mirrors svm_create_vcpu, which resets the TSC once, after 47008cd8 ("KVM: x86: Move TSC reset out of
vmcb_init") had taken the reset out of init_vmcb.
"""

from model.designs.v2_6_35_svm import V2635Svm
from model.host.host import Host
from model.vm import Vcpu


class V2636Svm(V2635Svm):
    """The design of 2.6.36 on SVM."""

    name = "2.6.36-svm"
    title = "Linux 2.6.36, SVM: as 2.6.35, but a new vCPU's TSC starts at 0"

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors svm_create_vcpu: the guest TSC starts at 0, before the first load. [svm-create-zero]"""
        vcpu.tsc_offset = 0 - host.tsc(cpu)

    def vcpu_reset(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors svm_vcpu_reset, whose init_vmcb leaves the TSC alone by then. [init-keeps]"""
