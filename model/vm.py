"""A VM and its vCPUs, with the kernel's way of raising requests."""

from model.state import VcpuFields, VmFields


class Vcpu(VcpuFields):
    """A vCPU with the kernel's way of raising requests."""

    def __init__(self, number: int, vm: "Vm") -> None:
        super().__init__()
        self.number = number
        self.vm = vm

    def request(self, bit: str) -> None:
        """kvm_make_request: set a sticky request bit; idempotent. [request-bit]"""
        setattr(self, bit, True)


class Vm(VmFields):
    """A VM with its vCPUs and the scale from ns to guest cycles (constant here)."""

    def __init__(self, vcpus: int, khz: int, scale: tuple[int, int]) -> None:
        super().__init__()
        self.virtual_tsc_khz = khz
        self.virtual_tsc_shift, self.virtual_tsc_mult = scale
        self.vcpus = tuple([Vcpu(v, self) for v in range(vcpus)])
