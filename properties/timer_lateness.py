"""A timer of the guest is delivered when the guest's TSC is near the value that it was armed for.

Its origin is [timer-lateness, choice-timer], and the claims of the mail in [C8, C9]. By default the wake-up
may take 1 ms, half for the vCPU to come to a pCPU and half for it to be entered there. A timer is late by
that alone where the guest's TSC is ideal, so late_bound is 1 ms. None is early there, so early_bound is 0.
"""

from fractions import Fraction
from typing import Any

from model.guest.timer import guest_tsc
from properties.reads import lag, lead
from vtsc.language import Measure, Measured, Property, Step, Term, s64, u64


def lateness(machine: Any, state: Any, v: int) -> int:
    """The guest's TSC less the value that the timer was last armed for, in cycles; negative means early.

    It means something in the step that delivers the timer of vCPU ``v``.
    """
    vcpu = state.vm.vcpus[v]
    return s64(guest_tsc(machine.design, state.host, vcpu) - vcpu.timer_target)


def is_delivery(step: Step) -> bool:
    """Whether a step delivers a timer."""
    return step.call.name == "enter" and step.observed is not None


class TimerLateness(Property):
    """Violated iff lateness > late_bound or lateness < -early_bound in cycles, at a delivery."""

    name = "timer_lateness"
    claim = "no timer comes more than early_bound before the TSC that it was armed for, or late_bound after"
    symptom = "lateness"
    story = "vCPU {subject} got its timer for {target} at {this}, {by}, by {culprit}"
    needs = ("can_deliver_timer", "can_load_on_another_pcpu")
    defaults = {"timer": "on", "dormancy": "500us", "entry_delay": "500us"}
    expected = """
        design      stable  skewed  cstate  slow  fast  resetting
        2.6.35-vmx  holds   9       10      7     8     10
        2.6.35-svm  holds   9       10      7     8     9
        2.6.36-svm  holds   9       10      7     8     9
        e48672fa    holds   9       10      7     8     9
        pre25       holds   9       10      7     8     9
        patch25     holds   9       10      7     8     10
        2.6.37      holds   9       holds   7     8     10
    """

    measure = Measure(
        "lateness",
        "how long after the TSC that it was armed for a timer comes, at the nominal rate",
        "ns",
        "earliness",
        lambda machine: Fraction(machine.state().host.base.ns, machine.state().host.base.cycle),
    )

    def measured(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> Measured:
        """The lateness of a timer that is delivered; no other step has one."""
        if not is_delivery(step):
            return ()
        return [(True, lateness(machine, state, step.call.args[0]))]

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Compare the guest's TSC at a delivery with the timer's."""
        if not is_delivery(step):
            return False
        late = lateness(machine, state, step.call.args[0])
        late_bound = machine.settings["late_bound"]
        if late_bound is not None and late > state.host.base.cycles(late_bound):
            return True
        early_bound = machine.settings["early_bound"]
        return early_bound is not None and late < -state.host.base.cycles(early_bound)

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """The guest's TSC at the delivery, the timer's, and their signed distance."""
        delivery = step.observed
        late = s64(delivery.value - delivery.target)
        return [
            Term("this", u64(delivery.value)),
            Term("target", u64(delivery.target)),
            Term("by", late, "cycle", ("late by {}", "early by {}")),
        ]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The vCPU's lag where the timer is early, else its lead and how long it has waited; in cycles."""
        v, host = step.call.args[0], state.host
        if s64(step.observed.value - step.observed.target) < 0:
            return [lag(machine, state, v)]
        vcpu = state.vm.vcpus[v]
        waiting = vcpu.timer_armed or vcpu.timer_fired
        waited = (host.t - vcpu.timer_due) // host.base.cycle if waiting else None
        return [lead(machine, state, v), waited]


PROPERTY = TimerLateness()
