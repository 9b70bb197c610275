"""The events of a trace that the rules can say something about, and the lines that they come from."""

from dataclasses import dataclass
from fractions import Fraction

IA32_TSC = 0x10
IA32_TSC_ADJUST = 0x3B
KVMCLOCK = (0x12, 0x4B564D01)
"""The MSRs by which a guest registers its kvmclock page, the old one first."""
STABLE, STOPPED = 1, 2
"""Flags of a kvmclock page."""


@dataclass(frozen=True)
class Event:
    """One line of a trace. ``stamp``: its time, in host cycles or seconds; ``thread``: its pid."""

    line: int
    thread: int
    group: int | None
    stamp: Fraction


@dataclass(frozen=True)
class Offset(Event):
    """kvm_write_tsc_offset: a vCPU's offset is written; ``previous`` is the one that was stored."""

    vcpu: int
    previous: int
    next: int


@dataclass(frozen=True)
class Track(Event):
    """kvm_track_tsc: the number of matches after a write, and the master clock before its update."""

    vcpu: int
    matched: int
    online: int
    master: bool
    tsc_clock: bool


@dataclass(frozen=True)
class Master(Event):
    """kvm_update_master_clock: the master clock is computed."""

    master: bool
    tsc_clock: bool
    matched: bool


@dataclass(frozen=True)
class Page(Event):
    """kvm_pvclock_update: a kvmclock page is published."""

    vcpu: int
    version: int
    tsc: int
    ns: int
    mul: int
    shift: int
    flags: int


@dataclass(frozen=True)
class Msr(Event):
    """kvm_msr: the guest has written an MSR, and the write did not fail."""

    index: int
    value: int


@dataclass(frozen=True)
class Leave(Event):
    """kvm_userspace_exit: a vCPU's thread returns to user space after it has run the guest."""


NAMES = {
    Offset: "kvm_write_tsc_offset",
    Track: "kvm_track_tsc",
    Master: "kvm_update_master_clock",
    Page: "kvm_pvclock_update",
    Msr: "kvm_msr",
    Leave: "kvm_userspace_exit",
}
"""What the kernel calls each of these events."""
