"""Commit 99e3e30a, "KVM: x86: Move TSC offset writes to common code", on AMD.

The guest's TSC writes and the one at creation take the same way, under a lock. Nothing relates the write of
one vCPU to that of another.
"""

from model.designs.v2_6_36_svm import V2636Svm
from model.host.host import Host
from model.vm import Vcpu


class C99e3e30a(V2636Svm):
    """The design of 99e3e30a on SVM; its write is that of 2.6.35."""

    name = "99e3e30a"
    title = "99e3e30a, SVM: TSC writes in common code, each by itself"

    def vcpu_create(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """Mirrors svm_create_vcpu, which writes a TSC of 0. [create-writes-zero]"""
        self.write_tsc(host, vcpu, cpu, 0)
