"""The kvmclock page: what a clock update writes into it, and how a guest extrapolates from it.

Mirrors the second half of kvm_guest_time_update, and pvclock_clocksource_read. The model has it where
``clock_reads`` is on. kvmclock_offset is 0, and the version and the flags are left out.
"""

from typing import Any

from model.arithmetic import HZ_PER_KHZ, NSEC_PER_SEC, scale, time_scale
from model.host.host import Host
from vtsc.language import Record, counter, flag, s64, u64


class PageFields(Record):
    """What each vCPU has besides with clock_reads=on. [page-update]"""

    hv_timestamp: int = counter("cycles", "the guest's TSC in its kvmclock page")
    hv_time: int = counter("ns", "the time in that page; 0: never updated")
    page_updated: bool = flag("this step updated the page", transient=True)


class FactorFields(Record):
    """What each vCPU has besides where a pCPU's rate may change. [page-factor]"""

    hv_fast: bool = flag("the factor in the page is that of the higher rate")


class FloorFields(Record):
    """What each vCPU has besides where the design has a floor. [page-floor]"""

    exit_tsc: int = counter("cycles", "the guest's TSC at its last exit (last_guest_tsc)")


class LastValueFields(Record):
    """What the VM has besides with clock_reads=on. [clock-last-value]"""

    last_value: int = counter("ns", "the last time that the guest took from its clock")


NO_FLOOR, FLOOR_AT_EXIT, FLOOR_AT_UPDATE = 0, 1, 2
"""What keeps a page's time from going back: nothing, or the guest's TSC at its last exit, or update."""


def page_fields(floor: int, factors: bool) -> dict[str, Any]:
    """The fields of a vCPU's page in a design with such a floor; ``factors``: its factor may change."""
    own = {**PageFields.fields, **(FactorFields.fields if factors else {})}
    return {**own, **(FloorFields.fields if floor != NO_FLOOR else {})}


def update_page(host: Host, vcpu: Any, guest_tsc: int, floor: int, factors: bool) -> None:
    """Write a pair of guest TSC and time into the page. [page-update, page-floor, page-floor-update]

    ``factors``: the page has the factor of the pCPU's rate, where rates change. [page-factor]
    """
    now = host.kernel_ns()
    if floor != NO_FLOOR:
        if u64(vcpu.hv_timestamp) != 0 and u64(vcpu.exit_tsc) != 0:
            least = u64(
                cycles_to_ns(host, vcpu, vcpu.exit_tsc - vcpu.hv_timestamp, factors) + vcpu.hv_time
            )
            if s64(least) > s64(now):
                now = least
        if floor == FLOOR_AT_UPDATE:
            vcpu.exit_tsc = guest_tsc
    if factors:
        vcpu.hv_fast = host.speeded_up(vcpu.cpu)
    vcpu.hv_timestamp = guest_tsc
    vcpu.hv_time = now
    vcpu.page_updated = True


def cycles_to_ns(host: Host, vcpu: Any, delta: int, factors: bool) -> int:
    """A number of cycles in ns, by the factors in the page."""
    if factors and vcpu.hv_fast:
        shift, mult = time_scale(NSEC_PER_SEC, host.fastest[0] * host.base.khz * HZ_PER_KHZ)
        return scale(delta, mult, shift)
    shift, mult = time_scale(NSEC_PER_SEC, host.base.khz * HZ_PER_KHZ)
    return scale(delta, mult, shift)


def pvclock_read(host: Host, vcpu: Any, guest_tsc: int, factors: bool) -> int:
    """The time that the page says when the guest's TSC is ``guest_tsc``, in ns (a u64). [clock-read]"""
    return u64(vcpu.hv_time + cycles_to_ns(host, vcpu, guest_tsc - vcpu.hv_timestamp, factors))
