"""No time that the guest takes from kvmclock is below one that it took before, on any vCPU.

Its origin is [clock-warp-smp, choice-read-order].
"""

from typing import Any

from properties.clock_reads import ClockProperty, is_clock
from vtsc.language import Measure, Measured, Step, Term, s64, u64


class KvmclockMonotonicSmp(ClockProperty):
    """Violated iff s64(this - last) < 0 for the last time of some vCPU."""

    name = "kvmclock_monotonic_smp"
    claim = "no time that the guest takes from kvmclock is below one before, on any vCPU"
    symptom = "clock warp"
    story = "vCPU {other} read the time {last}, then vCPU {subject} read {this}: {by}, by {culprit}"
    measure = Measure("warp", "how far a time is below an earlier one, on any vCPU", "ns")
    needs = ("can_read_clock_after_update",)
    subjects = 2
    defaults = {"vcpus": "2", "clock_reads": "on", "kvmclock": "any"}

    def of_clock(self, ghosts: dict[str, Any], read: Any) -> Measured:
        """Compare a time with the last one on every vCPU."""
        return [(ghost.seen, -s64(read.value - ghost.time)) for ghost in ghosts.values()]

    def remember(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> None:
        """Remember what the guest took for the time."""
        if is_clock(step):
            ghost = ghosts[f"vcpu{step.observed.vcpu}"]
            ghost.time, ghost.seen = step.observed.value, True

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This time, the greatest earlier one, on which vCPU, and their signed distance."""
        this = step.observed.value
        seen = (v for v in range(machine.sizes["vcpu"]) if ghosts[f"vcpu{v}"].seen)
        distances = ((-s64(this - ghosts[f"vcpu{v}"].time), -v) for v in seen)
        back, other = max(distances, default=(0, -step.observed.vcpu))
        return [
            Term("this", u64(this)),
            Term("last", u64(ghosts[f"vcpu{-other}"].time)),
            Term("by", back, "", ("{} ns back", "{} ns on")),
            Term("other", -other),
        ]


PROPERTY = KvmclockMonotonicSmp()
