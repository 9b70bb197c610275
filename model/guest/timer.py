"""The guest's local timer: armed for a value of the guest's TSC, waited for by a timer of the host.

The guest arms it for guest TSC X; the host sets a timer of its own for the time that this takes at the
nominal rate. When that fires the vCPU is woken, loaded, updated and entered, and the interrupt is delivered
with the entry. None of this is in the mail or restated from a source: it is a choice. [choice-timer]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.designs.base import Design
from model.host.host import Host
from vtsc.language import (
    BadFileError,
    Record,
    both,
    bounded,
    counter,
    flag,
    integer,
    s64,
    spelled,
    u64,
    without_inputs,
    word,
)


class TimerFields(Record):
    """The fields that a vCPU has besides where ``timer`` is on. [choice-timer]"""

    timer_armed: bool = flag("the host's timer has been set and has not fired")
    timer_fired: bool = flag("the host's timer has fired, and the guest has not been entered since")
    timer_target: int = counter("cycles", "the guest TSC that the timer was last armed for")
    timer_due: int = word("time units", "true time at which the host's timer may fire", ghost=True)
    timer_delivered: bool = flag("this step delivered the timer", transient=True)


def with_timer(own: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a timer, and those that a design adds; raises `BadFileError` for one of the same name."""
    for name in own.keys() & TimerFields.fields.keys():
        raise BadFileError(f"a vCPU has a field {name} where timers are on: choose another name")
    return {**own, **TimerFields.fields}


@dataclass(frozen=True)
class Delivery:
    """A timer that was delivered: its vCPU, the guest's TSC at that moment, and the TSC it was armed for."""

    vcpu: int
    value: int
    target: int

    def told(self, last: Any) -> str:
        """The guest's TSC at the delivery, and by how much that is late or, with a minus, early."""
        return f"timer at {spelled(u64(self.value))} ({s64(self.value - self.target):+d})"


def guest_tsc(design: Design, host: Host, vcpu: Any) -> int:
    """The guest's TSC now: what an RDTSC that does not trap would return."""
    return without_inputs(design.read_tsc, host, vcpu)


def arm(design: Design, host: Host, vcpu: Any, settings: Any) -> None:
    """The guest arms its timer, for any value of its TSC at least timer_least away. [choice-timer]"""
    least = -(-host.base.units(settings["timer_least"]) // host.base.cycle)
    delay = host.inputs.word("delay", least)
    now = guest_tsc(design, host, vcpu)
    vcpu.timer_target = now + delay
    vcpu.timer_armed = True
    if settings["accelerate_lag"] == "arm":
        delay = integer(delay - known_lag(design, host, vcpu, now))
    vcpu.timer_due = bounded(host.timer_due(delay, settings))


def at_put(design: Design, host: Host, vcpu: Any, settings: Any) -> None:
    """With accelerate_lag=put the host's timer is set anew, as if the guest had caught up. [choice-timer]"""
    if settings["accelerate_lag"] == "put" and vcpu.timer_armed:
        now = guest_tsc(design, host, vcpu)
        remaining = s64(vcpu.timer_target - now)
        left = integer(remaining - known_lag(design, host, vcpu, now))
        sooner = host.timer_due(left, settings)
        if sooner < vcpu.timer_due:
            vcpu.timer_due = bounded(sooner)  # no later than what it was


def known_lag(design: Design, host: Host, vcpu: Any, now: int) -> int:
    """The cycles that a catchup would now add to the guest's TSC, which is at ``now``."""
    wanted = design.compute_guest_tsc(vcpu, host.kernel_ns())
    return u64(wanted - now) if u64(wanted) > u64(now) else 0


def can_fire(host: Host, vcpu: Any) -> bool:
    """Whether the host's timer is set, and its time has come."""
    come: bool = vcpu.timer_due <= host.t
    return both(vcpu.timer_armed, come)


def deliver(design: Design, host: Host, vcpu: Any) -> Delivery | None:
    """Deliver a timer that has fired, with the entry that has just been made. [choice-timer]"""
    if not vcpu.timer_fired:
        return None
    vcpu.timer_fired = False
    vcpu.timer_delivered = True
    return Delivery(vcpu.number, guest_tsc(design, host, vcpu), vcpu.timer_target)
