"""Calls that only restoring makes: a page registered by user space, local APICs, and TSC deadlines."""

from conformance.live.clocks import Span
from conformance.live.device import (
    IA32_TSC,
    IA32_TSC_DEADLINE,
    NEW_KVMCLOCK,
    Lapic,
    Page,
)
from conformance.live.twin import STABLE, Twin
from model.today.clock import register
from model.today.state import Vcpu
from model.today.timers import due, expire, set_lapic, write_deadline
from model.today.vm import leave
from model.today.writes import guest_tsc
from vtsc.language import u64

NEAR_NS = 3_000_000
"""So near to its time a timer may have fired or not."""


def register_by_user(twin: Twin, vcpu: int, page_change: bool) -> None:
    """User space restores a vCPU's kvmclock MSR. ``page_change``: this kernel then changes a valid page."""
    mine = twin.mine(vcpu)
    twin.machine.set_msr(vcpu, NEW_KVMCLOCK, twin.machine.page_address(vcpu) | 1)
    register(mine, active=True, old=False, by_user=True)
    if page_change and _changed(twin.machine.page(vcpu), mine):
        mine.version += 2
        mine.page_stable = False


def _changed(page: Page, mine: Vcpu) -> bool:
    return page.version == mine.version + 2 and not page.flags & STABLE


def read_tsc(twin: Twin, vcpu: int) -> int:
    """KVM_GET_MSRS of IA32_TSC, which lies within the time of the call."""
    found, span = twin.clocks.timed(lambda: twin.machine.get_msr(vcpu, IA32_TSC))
    times = twin.clocks.sample(span.before), twin.clocks.sample(span.after)
    low, high = (guest_tsc(twin.mine(vcpu), sample) for sample in times)
    inside = u64(found - low) <= u64(high - low)
    name = f"KVM_GET_MSRS of vCPU {vcpu}'s TSC"
    twin.found.true(name, inside, f"{found} is not in {low} to {high}")
    return found


def user_deadline(twin: Twin, vcpu: int, value: int) -> None:
    """User space writes the deadline, and reads it back."""
    _, span = twin.clocks.timed(lambda: twin.machine.set_msr(vcpu, IA32_TSC_DEADLINE, value))
    write_deadline(twin.mine(vcpu), value, span.sample)
    read_deadline(twin, vcpu)


def guest_deadline(twin: Twin, vcpu: int, value: int) -> None:
    """The guest writes the deadline, and leaves."""
    settled(twin, vcpu)
    write = twin.machine.guest_writes
    _, span = twin.clocks.timed(lambda: write(vcpu, IA32_TSC_DEADLINE, value))
    mine = twin.mine(vcpu)
    twin.entered(vcpu, span)
    write_deadline(mine, value, span.sample)
    leave(mine, span.sample)
    read_deadline(twin, vcpu)


def read_deadline(twin: Twin, vcpu: int) -> int:
    """KVM_GET_MSRS of IA32_TSC_DEADLINE."""
    known = settled(twin, vcpu)
    found = twin.machine.get_msr(vcpu, IA32_TSC_DEADLINE)
    if known or not twin.vm.rules.timer_posted:
        name = f"the deadline of vCPU {vcpu}"
        twin.found.equal(name, found, twin.mine(vcpu).deadline)
    return found


def read_lapic(twin: Twin, vcpu: int) -> Lapic:
    """KVM_GET_LAPIC."""
    known = settled(twin, vcpu)
    found, mine = twin.machine.get_lapic(vcpu), twin.mine(vcpu)
    name = f"the local APIC of vCPU {vcpu}"
    twin.found.equal(f"{name}: deadline mode", found.deadline_mode, bool(mine.deadline_mode))
    if known:
        twin.found.equal(f"{name}: its interrupt waits", found.irr, bool(mine.irr))
    return found


def write_lapic(twin: Twin, vcpu: int, lapic: Lapic) -> None:
    """KVM_SET_LAPIC."""
    settled(twin, vcpu)
    _, span = twin.clocks.timed(lambda: twin.machine.set_lapic(vcpu, lapic))
    set_lapic(twin.mine(vcpu), lapic.deadline_mode, lapic.irr, span.sample)
    read_deadline(twin, vcpu)


def run_with_timer(twin: Twin, vcpu: int) -> None:
    """KVM_RUN; a timer that has fired is then in the local APIC, and the deadline reads 0."""
    known = settled(twin, vcpu)
    twin.run(vcpu)
    if known:
        read_lapic(twin, vcpu)
        read_deadline(twin, vcpu)


def settled(twin: Twin, vcpu: int) -> bool:
    """Let a timer that is due fire in the model; False where it is too near to its time to tell."""
    mine, now = twin.mine(vcpu), _now(twin).sample
    if not mine.armed:
        return True
    left = due(mine, now) - now.ns
    if left <= 0:
        expire(mine)
    return abs(left) > NEAR_NS


def _now(twin: Twin) -> Span:
    return twin.clocks.timed(lambda: None)[1]
