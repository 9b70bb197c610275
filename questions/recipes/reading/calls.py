"""The calls that a step may make: whose they are, what they read and what they write.

A vCPU's calls are those of its own file descriptor, and ``KVM_CREATE_VCPU``, which makes one. Calls that
neither read nor change anything of the time a guest sees are known too: they only take time.
"""

import errno
from collections.abc import Mapping
from dataclasses import dataclass

VM, VCPU, EITHER = "vm", "vcpu", "either"
MSRS = (
    "TSC",
    "TSC_ADJUST",
    "TSC_DEADLINE",
    "SYSTEM_TIME",
    "REFERENCE_TSC",
)
"""The MSRs that matter here; SYSTEM_TIME registers kvmclock's page, REFERENCE_TSC that of Hyper-V."""
CLOCK = ("clock", "flags", "realtime")
ERRORS = tuple(sorted(errno.errorcode.values()))
"""The names of errors that a call may fail with."""


@dataclass(frozen=True)
class Known:
    """A call: whose it is, the fields that it reads or writes, and those of them that it needs."""

    of: str
    reads: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


CALLS: Mapping[str, Known] = {
    "KVM_CREATE_VCPU": Known(VCPU),
    "KVM_GET_CLOCK": Known(VM),
    "KVM_SET_CLOCK": Known(VM, sets=CLOCK, needs=("clock",)),
    "KVM_GET_TSC_KHZ": Known(EITHER),
    "KVM_SET_TSC_KHZ": Known(EITHER, sets=("khz",), needs=("khz",)),
    "KVM_GET_MSRS": Known(VCPU, reads=MSRS),
    "KVM_SET_MSRS": Known(VCPU, sets=MSRS),
    "KVM_GET_LAPIC": Known(VCPU),
    "KVM_SET_LAPIC": Known(VCPU),
    "KVM_GET_DEVICE_ATTR": Known(VCPU, reads=("TSC_OFFSET",)),
    "KVM_SET_DEVICE_ATTR": Known(VCPU, sets=("TSC_OFFSET",), needs=("TSC_OFFSET",)),
    "KVM_KVMCLOCK_CTRL": Known(VCPU),
    "KVM_RUN": Known(VCPU),
}
ONLY_TIME: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "KVM_SET_CPUID2",
            "KVM_GET_CPUID2",
            "KVM_GET_REGS",
            "KVM_SET_REGS",
            "KVM_GET_SREGS",
            "KVM_SET_SREGS",
            "KVM_GET_SREGS2",
            "KVM_SET_SREGS2",
            "KVM_GET_FPU",
            "KVM_SET_FPU",
            "KVM_GET_XSAVE",
            "KVM_GET_XSAVE2",
            "KVM_SET_XSAVE",
            "KVM_GET_XCRS",
            "KVM_SET_XCRS",
            "KVM_GET_DEBUGREGS",
            "KVM_SET_DEBUGREGS",
            "KVM_GET_VCPU_EVENTS",
            "KVM_SET_VCPU_EVENTS",
            "KVM_GET_MP_STATE",
            "KVM_SET_MP_STATE",
            "KVM_GET_NESTED_STATE",
            "KVM_SET_NESTED_STATE",
        ),
        VCPU,
    ),
    **dict.fromkeys(
        (
            "KVM_GET_PIT2",
            "KVM_SET_PIT2",
            "KVM_GET_IRQCHIP",
            "KVM_SET_IRQCHIP",
            "KVM_CREATE_IRQCHIP",
        ),
        VM,
    ),
}
"""Calls that only take time, each with whose it is."""
ACTS = ("pause", "run", "expire", "wait", "guest")
"""What is no ioctl: a vCPU stops or runs, its timer expires, time passes, or the guest does something."""
GUEST_ACTS = ("deadline", "tsc", "tsc_adjust", "stimer")
"""What a guest may write."""
