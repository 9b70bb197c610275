"""A VM and its vCPUs, with the kernel's way of raising requests."""

from collections.abc import Mapping
from typing import Any

from model.state import VcpuFields, VmFields


class Vcpu(VcpuFields):
    """A vCPU with the kernel's way of raising requests; it has those of `TimerFields` where timers are on."""

    timer_armed: bool
    timer_fired: bool
    timer_delivered: bool
    timer_due: int

    def __init__(self, number: int, vm: "Vm", own: Mapping[str, Any]) -> None:
        super().__init__(own)
        self.number = number
        self.vm = vm

    def request(self, bit: str) -> None:
        """kvm_make_request: set a sticky request bit; idempotent. [request-bit]"""
        setattr(self, bit, True)


class Vm(VmFields):
    """A VM with its vCPUs and the scale from ns to guest cycles, which is constant here.

    ``own`` are the fields that a design adds to those of the VM, ``of_vcpus`` to those of each vCPU.
    """

    def __init__(
        self,
        vcpus: int,
        khz: int,
        scale: tuple[int, int],
        own: Mapping[str, Any],
        of_vcpus: Mapping[str, Any],
    ) -> None:
        super().__init__(own)
        self.virtual_tsc_khz = khz
        self.virtual_tsc_shift, self.virtual_tsc_mult = scale
        self.vcpus = tuple([Vcpu(v, self, of_vcpus) for v in range(vcpus)])
