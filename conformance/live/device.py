"""What scenarios need of a host: its clocks, and KVM's calls. `kvm` is the real one; tests have a fake."""

from dataclasses import dataclass
from typing import Protocol

IA32_TSC, IA32_TSC_ADJUST, IA32_TSC_DEADLINE = 0x10, 0x3B, 0x6E0
OLD_KVMCLOCK, NEW_KVMCLOCK = 0x12, 0x4B564D01
REALTIME = 4
GET_FLAGS = 14
"""The flags of KVM_GET_CLOCK under the master clock: TSC_STABLE, REALTIME and HOST_TSC."""


class Refused(Exception):
    """The kernel refused a call; ``errno`` says how."""

    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


class Unusable(Exception):
    """There is no KVM here that scenarios could run on; the text says why, in one line."""


@dataclass(frozen=True)
class Page:
    """A kvmclock page as the guest's memory has it; ``shift`` is signed."""

    version: int
    tsc: int
    ns: int
    mul: int
    shift: int
    flags: int


@dataclass(frozen=True)
class Clock:
    """What KVM_GET_CLOCK returns."""

    clock: int
    flags: int
    realtime: int
    host_tsc: int


@dataclass(frozen=True)
class Lapic:
    """What matters here of a local APIC: its timer is in TSC-deadline mode, its interrupt is in the page."""

    deadline_mode: bool
    irr: bool


class Machine(Protocol):
    """A VM, whose vCPUs are numbered from 0. Every call raises `Refused` where the kernel fails it."""

    def create_vcpu(self) -> int:
        """KVM_CREATE_VCPU; the number of the new one."""
        ...

    def set_msr(self, vcpu: int, index: int, value: int) -> None:
        """KVM_SET_MSRS of one MSR."""
        ...

    def get_msr(self, vcpu: int, index: int) -> int:
        """KVM_GET_MSRS of one MSR."""
        ...

    def set_offset(self, vcpu: int, offset: int) -> None:
        """KVM_SET_DEVICE_ATTR of KVM_VCPU_TSC_OFFSET."""
        ...

    def get_offset(self, vcpu: int) -> int:
        """KVM_GET_DEVICE_ATTR of KVM_VCPU_TSC_OFFSET."""
        ...

    def set_khz(self, vcpu: int, khz: int) -> None:
        """KVM_SET_TSC_KHZ of a vCPU."""
        ...

    def get_khz(self, vcpu: int) -> int:
        """KVM_GET_TSC_KHZ of a vCPU."""
        ...

    def set_clock(self, clock: int, flags: int, realtime: int) -> None:
        """KVM_SET_CLOCK."""
        ...

    def get_clock(self) -> Clock:
        """KVM_GET_CLOCK."""
        ...

    def stop_clock(self, vcpu: int) -> None:
        """KVM_KVMCLOCK_CTRL."""
        ...

    def stop_clock_of_vm(self) -> None:
        """KVM_KVMCLOCK_CTRL on the VM's file descriptor, where it does not belong."""
        ...

    def get_lapic(self, vcpu: int) -> Lapic:
        """KVM_GET_LAPIC; the machine was made with local APICs."""
        ...

    def set_lapic(self, vcpu: int, lapic: Lapic) -> None:
        """KVM_SET_LAPIC of what KVM_GET_LAPIC returns now, with these changes."""
        ...

    def run(self, vcpu: int) -> int:
        """KVM_RUN of a program that reads the TSC and halts; what it has read."""
        ...

    def guest_writes(self, vcpu: int, index: int, value: int) -> None:
        """KVM_RUN of a program that writes an MSR and halts."""
        ...

    def page_address(self, vcpu: int) -> int:
        """The guest address at which a vCPU's kvmclock page is kept."""
        ...

    def page(self, vcpu: int) -> Page:
        """The vCPU's kvmclock page, as it is in memory now."""
        ...

    def close(self) -> None:
        """Give up the VM."""
        ...


class Device(Protocol):
    """A host with KVM."""

    def tsc(self) -> int:
        """The host's TSC now."""
        ...

    def raw_ns(self) -> int:
        """CLOCK_MONOTONIC_RAW now."""
        ...

    def wall_ns(self) -> int:
        """CLOCK_REALTIME now."""
        ...

    def sleep(self, ns: int) -> None:
        """Wait so long, or a little longer."""
        ...

    def capability(self, number: int) -> int:
        """KVM_CHECK_EXTENSION."""
        ...

    def create_vm(self, lapic: bool = False) -> Machine:
        """KVM_CREATE_VM; ``lapic``: its vCPUs have local APICs in the kernel."""
        ...
