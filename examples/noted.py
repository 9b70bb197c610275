"""2.6.37, but every load compensates, from a note of its own: a design that needs a lemma of its own."""

from typing import Any

from model.designs.v2_6_37 import V2637
from model.host.host import Host
from vtsc.language import word


class Noted(V2637):
    """2.6.37, where a vCPU's TSC goes on from where it was at the last put."""

    name = "noted"
    title = "2.6.37, but every load compensates, from a note of its own"
    vcpu_fields = {"note": word("cycles", "host TSC at the last put, or at creation")}

    def vcpu_create(self, host: Host, vcpu: Any, cpu: int) -> None:
        """The vendor's creation of a vCPU."""
        super().vcpu_create(host, vcpu, cpu)
        vcpu.note = host.tsc(cpu)

    def vcpu_load(self, host: Host, vcpu: Any, cpu: int) -> None:
        """kvm_arch_vcpu_load."""
        vcpu.tsc_offset += vcpu.note - host.tsc(cpu)
        vcpu.cpu = cpu

    def vcpu_put(self, host: Host, vcpu: Any) -> None:
        """kvm_arch_vcpu_put."""
        vcpu.note = host.tsc(vcpu.cpu)
