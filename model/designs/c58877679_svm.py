"""Commit 58877679 on AMD: the TSC starts at 0, at creation and at every INIT and SIPI.

Mirrors init_vmcb, which creation and svm_vcpu_reset both call, until 47008cd8 ("KVM: x86: Move TSC reset out
of vmcb_init") took the TSC out of it.
"""

from model.designs.v2_6_36_svm import V2636Svm
from model.host.host import Host
from model.vm import Vcpu


class C58877679Svm(V2636Svm):
    """The design of 58877679 on SVM."""

    name = "58877679-svm"
    title = "58877679, SVM: as 2.6.36, but INIT and SIPI restart the TSC at 0"

    def vcpu_reset(self, host: Host, vcpu: Vcpu) -> None:
        """Mirrors svm_vcpu_reset, which calls init_vmcb as creation does. [svm-init-zero]"""
        vcpu.tsc_offset = 0 - host.tsc(vcpu.cpu)
