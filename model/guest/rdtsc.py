"""The guest reads its TSC, natively or trapped. Turning kvmclock on and off is in the action table.

HLT is an exit followed by a put, which that table has; it needs no rule of its own.
"""

from dataclasses import dataclass
from typing import Any

from model.designs.base import Design
from model.guest.clock import ClockRead
from model.host.host import Host
from model.trapping import emulate_rdtsc
from model.vm import Vcpu
from vtsc.language import integer, s64, spelled, u64, without_inputs


@dataclass(frozen=True)
class Read:
    """An RDTSC that completed: its vCPU, the value that it returned (a u64), and whether it trapped."""

    vcpu: int
    value: int
    trapped: bool

    def told(self, last: "Read | ClockRead | None") -> str:
        """The value and its distance from the read before, with the vCPU of that one where it was another."""
        text = f"read={spelled(u64(self.value))}"
        if last is None or isinstance(last, ClockRead):
            return text
        elsewhere = "" if last.vcpu == self.vcpu else f" from rdtsc({last.vcpu})"
        return f"{text} ({s64(self.value - last.value):+d}{elsewhere})"


def traps(design: Design, vcpu: Vcpu) -> bool:
    """Whether RDTSC would trap on the vCPU now."""
    return design.traps and vcpu.tsc_trapping


def rdtsc(design: Design, host: Host, vcpu: Vcpu, trapped: bool) -> Read:
    """RDTSC in the guest, native or trapped. [native-read, emulated-value]"""
    if not trapped:
        value = without_inputs(design.read_tsc, host, vcpu)
        return Read(vcpu.number, value, trapped=False)
    clock_value = design.compute_guest_tsc(vcpu, host.kernel_ns())
    return Read(vcpu.number, emulate_rdtsc(host, vcpu, clock_value, design.settings), trapped=True)


def start_read(host: Host, vcpu: Any) -> None:
    """From now on the cycles of the vCPU's next RDTSC count, where reads overlap. [choice-overlap]"""
    vcpu.read_from = host.t


def cycles_since(host: Host, vcpu: Any) -> int:
    """The nominal cycles since the vCPU's last entry or RDTSC, where reads overlap. [choice-overlap]"""
    return integer(host.t - vcpu.read_from) // host.base.cycle


def ideal_tsc(host: Host, vcpu: Vcpu) -> int:
    """The guest's TSC if it had run at the virtual rate since creation (a u64). [choice-ideal]"""
    return vcpu.tsc_at_creation + (host.t - vcpu.created_at) // host.base.cycle


def peek(design: Design, host: Host, vcpu: Vcpu) -> int:
    """The value that an RDTSC would return now, without the exit of a trapped one; for explanations only.

    It works on plain values, and leaves the state as it is.
    """
    if not vcpu.tsc_trapping:
        return design.read_tsc(host, vcpu)
    before = vcpu.last_emul, vcpu.vm.last_emul
    value = rdtsc(design, host, vcpu, traps(design, vcpu)).value
    vcpu.last_emul, vcpu.vm.last_emul = before
    return value
