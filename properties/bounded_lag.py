"""A TSC read is at most lag_bound behind ideal.

Its origin is [lag], and the claims of the mail in [C2, C6, C7, C8].
"""

from typing import Any

from properties.reads import ReadProperty, lag
from vtsc.language import Measure, Measured, Step, Term, s64, u64


class BoundedLag(ReadProperty):
    """Violated iff s64(ideal - this) > lag_bound in cycles."""

    name = "bounded_lag"
    claim = "a read is at most lag_bound behind ideal"
    symptom = "lag"
    story = "vCPU {subject} read {this}, {by} ideal {ideal}, by {culprit}"
    measure = Measure("lag", "how far a read is behind ideal", "cycle")
    needs = ("can_read_tsc_twice", "can_load_on_another_pcpu")
    expected = """
        design      stable  skewed  cstate  slow   fast   resetting
        2.6.35-vmx  holds   12      6       5      19     5
        2.6.35-svm  holds   4       5       5      5      5
        2.6.36-svm  holds   4       5       5      5      5
        e48672fa    holds   4       5       5      5      5
        pre25       holds   4       5       5      5      5
        patch25     holds   4       6       5      holds  5
        2.6.37      holds   4       holds   5      holds  5
        repaired    holds   holds   holds   5      holds  holds
    """

    def of_read(self, machine: Any, state: Any, ghosts: dict[str, Any], read: Any) -> Measured:
        """Compare a read with ideal."""
        return [(True, s64(machine.ideal(state, read.vcpu) - read.value))]

    def permitted(self, machine: Any, state: Any) -> int:
        """The bound, in cycles."""
        bound: int = state.host.base.cycles(machine.settings["lag_bound"])
        return bound

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This read, ideal, their distance, and the bound in cycles."""
        this, ideal = step.observed.value, machine.ideal(state, step.observed.vcpu)
        by = self.largest(machine, state, ghosts, step)
        return [
            Term("this", u64(this)),
            Term("ideal", u64(ideal)),
            Term("by", by, "cycle", ("{} behind", "{} ahead of")),
            Term("bound", self.permitted(machine, state)),
        ]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lag of the reading vCPU, in cycles."""
        return [lag(machine, state, step.observed.vcpu)]


PROPERTY = BoundedLag()
