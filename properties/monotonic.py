"""On one vCPU, no TSC read is below the one before it; where one is, the guest sees a "warp".

Its origin is [warp], and the claims of the mail in [C1, C2, C4].
"""

from collections.abc import Sequence
from typing import Any

from properties.reads import ReadProperty, counts, lag, last_reads, note_read, read_lemmas
from vtsc.language import Lemma, Measure, Measured, Record, Step, Term, s64, u64


class Monotonic(ReadProperty):
    """Violated iff s64(this - last) < 0."""

    name = "monotonic"
    claim = "on one vCPU no read is below the one before"
    symptom = "warp"
    story = "vCPU {subject} read {last}, then {this}: {by}, by {culprit}"
    measure = Measure("warp", "how far a read is below the one before on its vCPU", "cycle")
    needs = ("can_read_tsc_twice", "can_load_on_another_pcpu")
    expected = """
        design      stable  skewed  cstate  slow   fast   resetting
        2.6.35-vmx  holds   18      11      23     23     holds
        2.6.35-svm  holds   10      11      holds  holds  10
        2.6.36-svm  holds   10      11      holds  holds  10
        e48672fa    holds   holds   11      holds  holds  10
        pre25       holds   holds   holds   holds  holds  10
        patch25     holds   holds   11      holds  holds  11
        2.6.37      holds   holds   holds   holds  holds  11
        0dd6a6ed    .       .       .       .      .      holds
        repaired    holds   holds   holds   holds  holds  holds
    """

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The last read of each vCPU."""
        return last_reads(machine)

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """Lemmas that bound the last value read on each vCPU."""
        return read_lemmas(self.name, machine)

    def of_read(self, machine: Any, state: Any, ghosts: dict[str, Any], read: Any) -> Measured:
        """Compare a read with the last one on its vCPU."""
        ghost = ghosts[f"vcpu{read.vcpu}"]
        return [(ghost.seen, -s64(read.value - ghost.last))]

    def permitted(self, machine: Any, state: Any) -> int:
        """No step back at all."""
        return 0

    def remember(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> None:
        """Remember a read."""
        if counts(machine, state, step):
            note_read(ghosts, step.observed)

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This read, the last one, and their signed distance."""
        this, last = step.observed.value, ghosts[f"vcpu{step.observed.vcpu}"].last
        by = self.largest(machine, state, ghosts, step)
        return [
            Term("this", u64(this)),
            Term("last", u64(last)),
            Term("by", by, "cycle", ("{} back", "{} on")),
        ]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lag of the reading vCPU, in cycles."""
        return [lag(machine, state, step.observed.vcpu)]


PROPERTY = Monotonic()
