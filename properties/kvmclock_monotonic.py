"""On one vCPU, no time in its kvmclock page is below the one read before.

Its origin is [clock-warp]. What the page says is compared, whatever else the guest makes of it.
"""

from typing import Any

from properties.clock_reads import ClockProperty, is_clock
from vtsc.language import Measure, Measured, Step, Term, s64, u64


class KvmclockMonotonic(ClockProperty):
    """Violated iff s64(this - last) < 0."""

    name = "kvmclock_monotonic"
    claim = "on one vCPU no time that its kvmclock page says is below the one before"
    symptom = "clock warp"
    story = "vCPU {subject} read the time {last}, then {this}: {by}, by {culprit}"
    measure = Measure("warp", "how far a time is below the one before on its vCPU", "ns")
    needs = ("can_read_clock_after_update",)
    defaults = {"clock_reads": "on", "kvmclock": "any", "guest_last_value": "off"}

    def of_clock(self, ghosts: dict[str, Any], read: Any) -> Measured:
        """Compare a time with the last one on its vCPU."""
        ghost = ghosts[f"vcpu{read.vcpu}"]
        return [(ghost.seen, -s64(read.page - ghost.time))]

    def remember(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> None:
        """Remember the time that the page said."""
        if is_clock(step):
            ghost = ghosts[f"vcpu{step.observed.vcpu}"]
            ghost.time, ghost.seen = step.observed.page, True

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This time, the last one, and their signed distance."""
        this, last = step.observed.page, ghosts[f"vcpu{step.observed.vcpu}"].time
        by = self.largest(machine, state, ghosts, step)
        return [
            Term("this", u64(this)),
            Term("last", u64(last)),
            Term("by", by, "", ("{} ns back", "{} ns on")),
        ]


PROPERTY = KvmclockMonotonic()
