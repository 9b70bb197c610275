"""The guest reads kvmclock: it extrapolates from its page with its own RDTSC.

By default it shows no less than it has shown on any vCPU, as guests do from 489fb490 on.
"""

from dataclasses import dataclass
from typing import Any

from model.arithmetic import later
from model.host.host import Host
from model.page import pvclock_read
from vtsc.language import s64, spelled, u64


@dataclass(frozen=True)
class ClockRead:
    """A read of kvmclock: its vCPU, what the guest took it for, and what its page said; in ns (u64)."""

    vcpu: int
    value: int
    page: int

    def told(self, last: Any) -> str:
        """The value, and its distance from the clock read before."""
        text = f"clock={spelled(u64(self.value))}"
        if not isinstance(last, ClockRead):
            return text
        elsewhere = "" if last.vcpu == self.vcpu else f" from clock({last.vcpu})"
        return f"{text} ({s64(self.value - last.value):+d}{elsewhere})"


def read_clock(host: Host, vcpu: Any, guest_tsc: int, factors: bool, settings: Any) -> ClockRead:
    """Read kvmclock, the guest's TSC being ``guest_tsc``. [clock-read, clock-last-value]

    ``factors``: pages have factors of their own, as in `model.page`.
    """
    page = pvclock_read(host, vcpu, guest_tsc, factors)
    if settings["guest_last_value"] == "off":
        return ClockRead(vcpu.number, page, page)
    vm: Any = vcpu.vm
    vm.last_value = later(page, vm.last_value)
    return ClockRead(vcpu.number, vm.last_value, page)
