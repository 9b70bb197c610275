"""On one vCPU, no two consecutive TSC reads are equal; where they are, the guest sees a "stall".

Its origin is [stall], and the mail in [C10, C12, C13]: a guest that computes
count / (TSC2 - TSC1) divides by zero.
"""

from collections.abc import Sequence
from typing import Any

from properties.reads import lag, last_reads, note_read, read_lemmas
from vtsc.language import Lemma, Property, Record, Step, Term, both, u64


class NonzeroDelta(Property):
    """Violated iff this - last == 0 mod 2^64."""

    name = "nonzero_delta"
    claim = "on one vCPU no two consecutive reads are equal"
    symptom = "stall"
    story = "vCPU {subject} read {this} twice: count/(t2-t1) divides by zero; {culprit}"
    needs = ("can_read_tsc_twice", "can_load_on_another_pcpu")
    expected = """
        design      stable  skewed  cstate  slow   fast   resetting
        2.6.35-vmx  holds   26      11      39     39     holds
        2.6.35-svm  holds   10      11      holds  holds  10
        2.6.36-svm  holds   10      11      holds  holds  10
        e48672fa    holds   holds   11      holds  holds  10
        pre25       holds   holds   holds   holds  holds  10
        patch25     holds   holds   11      holds  holds  11
        2.6.37      holds   holds   holds   holds  holds  11
        repaired    holds   holds   holds   holds  holds  holds
    """

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The last read of each vCPU."""
        return last_reads(machine)

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """Lemmas that bound the last value read on each vCPU."""
        return read_lemmas(self.name, machine)

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Compare a read with the last one on its vCPU."""
        if step.call.name != "rdtsc":
            return False
        read, ghost = step.observed, ghosts[f"vcpu{step.observed.vcpu}"]
        stalled = both(ghost.seen, u64(read.value - ghost.last) == 0)
        note_read(ghosts, read)
        return stalled

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This read and the last one."""
        this, last = step.observed.value, ghosts[f"vcpu{step.observed.vcpu}"].last
        return [Term("this", u64(this)), Term("last", u64(last))]

    def measures(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lag of the reading vCPU, in cycles."""
        return [lag(machine, state, step.observed.vcpu)]


PROPERTY = NonzeroDelta()
