"""2.6.37 with a change of my own: a vCPU that comes back to the pCPU it left is not compensated."""

from model.designs.v2_6_37 import V2637
from model.host.host import Host
from model.vm import Vcpu
from vtsc.language import index


class MyPatch(V2637):
    """2.6.37, where a load on the pCPU of the last put leaves the guest's TSC alone."""

    name = "my-patch"
    title = "2.6.37, but no compensation where a vCPU comes back to the pCPU it left"
    vcpu_fields = {"left_cpu": index("the pCPU of the last put; -1: none", -1, of="pcpu", lo=-1)}

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """kvm_arch_vcpu_put."""
        super().vcpu_put(host, vcpu)
        vcpu.left_cpu = vcpu.cpu

    def vcpu_load(self, host: Host, vcpu: Vcpu, cpu: int) -> None:
        """kvm_arch_vcpu_load."""
        if vcpu.left_cpu == cpu:
            vcpu.last_host_tsc = 0
        super().vcpu_load(host, vcpu, cpu)
