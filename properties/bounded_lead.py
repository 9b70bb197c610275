"""A TSC read is at most lead_bound ahead of ideal.

Its origin is [lead], and the claim of the mail in [C2].
"""

from typing import Any

from properties.reads import ReadProperty, lead
from vtsc.language import Measure, Measured, Step, Term, s64, u64


class BoundedLead(ReadProperty):
    """Violated iff s64(this - ideal) > lead_bound in cycles."""

    name = "bounded_lead"
    claim = "a read is at most lead_bound ahead of ideal"
    symptom = "lead"
    story = "vCPU {subject} read {this}, {by} ideal {ideal}, by {culprit}"
    measure = Measure("lead", "how far a read is ahead of ideal", "cycle")
    needs = ("can_read_tsc_twice", "can_load_on_another_pcpu")
    expected = """
        design      stable  skewed  cstate  slow   fast  resetting
        2.6.35-vmx  holds   4       6       7      5     holds
        2.6.35-svm  holds   4       6       holds  5     holds
        2.6.36-svm  holds   4       6       holds  5     holds
        e48672fa    holds   4       6       holds  5     13
        pre25       holds   4       holds   holds  5     holds
        patch25     holds   4       6       holds  5     holds
        2.6.37      holds   4       holds   holds  5     holds
        repaired    holds   holds   holds   holds  5     holds
    """

    def of_read(self, machine: Any, state: Any, ghosts: dict[str, Any], read: Any) -> Measured:
        """Compare a read with ideal."""
        return [(True, s64(read.value - machine.ideal(state, read.vcpu)))]

    def permitted(self, machine: Any, state: Any) -> int:
        """The bound, in cycles."""
        bound: int = state.host.base.cycles(machine.settings["lead_bound"])
        return bound

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This read, ideal, their distance, and the bound in cycles."""
        this, ideal = step.observed.value, machine.ideal(state, step.observed.vcpu)
        by = self.largest(machine, state, ghosts, step)
        return [
            Term("this", u64(this)),
            Term("ideal", u64(ideal)),
            Term("by", by, "cycle", ("{} ahead of", "{} behind")),
            Term("bound", self.permitted(machine, state)),
        ]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lead of the reading vCPU, in cycles."""
        return [lead(machine, state, step.observed.vcpu)]


PROPERTY = BoundedLead()
