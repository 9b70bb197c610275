"""On one vCPU, no two consecutive TSC reads are equal; where they are, the guest sees a "stall".

Its origin is [stall], and the mail in [C10, C12, C13]: a guest that computes
count / (TSC2 - TSC1) divides by zero.
"""

from collections.abc import Sequence
from typing import Any

from properties.reads import (
    LastRead,
    ReadProperty,
    counts,
    lag,
    note_read,
    read_lemmas,
)
from vtsc.language import Lemma, Measure, Measured, Record, Step, Term, both, instances, u64, word


class EqualReads(LastRead):
    """The last value read on one vCPU, and when that value was first read."""

    since: int = word("time units", "true time of the first of equal reads", ghost=True)


class NonzeroDelta(ReadProperty):
    """Violated iff this - last == 0 mod 2^64."""

    name = "nonzero_delta"
    claim = "on one vCPU no two consecutive reads are equal"
    symptom = "stall"
    story = "vCPU {subject} read {this} twice: count/(t2-t1) divides by zero; {culprit}"
    measure = Measure(
        "stall",
        "the true time from the first to the last of equal reads on one vCPU",
        "ns",
        per_unit=lambda machine: int(machine.state().host.base.ns),
    )
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
        """The last read of each vCPU, and when it was first read."""
        return {**instances("vcpu", (EqualReads() for _ in range(machine.sizes["vcpu"])))}

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """Lemmas that bound the last value read on each vCPU."""
        return read_lemmas(self.name, machine)

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Compare a read with the last one on its vCPU."""
        if not counts(machine, state, step):
            return False
        stalled = self.stalls(ghosts, step.observed)
        self.remember(machine, state, ghosts, step)
        return stalled

    def stalls(self, ghosts: dict[str, Any], read: Any) -> bool:
        """Whether a read is equal to the last one on its vCPU."""
        ghost = ghosts[f"vcpu{read.vcpu}"]
        return both(ghost.seen, u64(read.value - ghost.last) == 0)

    def of_read(self, machine: Any, state: Any, ghosts: dict[str, Any], read: Any) -> Measured:
        """The true time since the first of the reads that were equal to this one; 0 for the first."""
        since = ghosts[f"vcpu{read.vcpu}"].since
        return [(True, 0), (self.stalls(ghosts, read), state.host.t - since)]

    def remember(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> None:
        """Remember a read, and the time at which equal reads began."""
        if counts(machine, state, step):
            ghost = ghosts[f"vcpu{step.observed.vcpu}"]
            if not self.stalls(ghosts, step.observed):
                ghost.since = state.host.t
            note_read(ghosts, step.observed)

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This read and the last one."""
        this, last = step.observed.value, ghosts[f"vcpu{step.observed.vcpu}"].last
        return [Term("this", u64(this)), Term("last", u64(last))]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lag of the reading vCPU, in cycles."""
        return [lag(machine, state, step.observed.vcpu)]


PROPERTY = NonzeroDelta()
