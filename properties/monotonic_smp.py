"""No TSC read is below one that had completed, on any vCPU, before it started.

Its origin is [warp-smp, choice-read-order], and the mail in [C11].
"""

from collections.abc import Sequence
from typing import Any

from properties.reads import ReadProperty, counts, lag, last_reads, lead, note_read, read_lemmas
from vtsc.language import Lemma, Measure, Measured, Record, Step, Term, s64, u64


class MonotonicSmp(ReadProperty):
    """Violated iff s64(this - last) < -smp_tolerance for the last read of some vCPU."""

    name = "monotonic_smp"
    claim = "no read is below one that had completed, on any vCPU, before this one started"
    symptom = "warp"
    story = "vCPU {other} read {last}, then vCPU {subject} read {this}: {by}, by {culprit}"
    measure = Measure("warp", "how far a read is below an earlier one, on any vCPU", "cycle")
    needs = ("can_read_tsc_twice", "can_load_on_another_pcpu")
    subjects = 2
    defaults = {"vcpus": "2"}
    expected = """
        design      stable  skewed  cstate  slow  fast  resetting
        2.6.35-vmx  holds   8       10      9     9     9
        2.6.35-svm  holds   8       9       9     9     10
        2.6.36-svm  holds   8       9       9     9     10
        e48672fa    holds   8       9       9     9     9
        pre25       holds   8       9       9     9     9
        patch25     holds   8       10      9     9     9
        2.6.37      holds   8       holds   9     9     9
        repaired    holds   holds   holds   9     9     holds
    """

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The last read of each vCPU."""
        return last_reads(machine)

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """Lemmas that bound the last value read on each vCPU."""
        return read_lemmas(self.name, machine)

    def of_read(self, machine: Any, state: Any, ghosts: dict[str, Any], read: Any) -> Measured:
        """Compare a read with the last one on every vCPU."""
        return [(ghost.seen, -s64(read.value - ghost.last)) for ghost in ghosts.values()]

    def permitted(self, machine: Any, state: Any) -> int:
        """The tolerance, in cycles."""
        tolerance: int = machine.settings["smp_tolerance"]
        return tolerance

    def remember(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> None:
        """Remember a read."""
        if counts(machine, state, step):
            note_read(ghosts, step.observed)

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """This read, the greatest earlier one, on which vCPU, and their signed distance."""
        this = step.observed.value
        seen = (v for v in range(machine.sizes["vcpu"]) if ghosts[f"vcpu{v}"].seen)
        distances = ((-s64(this - ghosts[f"vcpu{v}"].last), -v) for v in seen)
        back, other = max(distances, default=(0, -step.observed.vcpu))
        last = ghosts[f"vcpu{-other}"].last
        return [
            Term("this", u64(this)),
            Term("last", u64(last)),
            Term("by", back, "cycle", ("{} back", "{} on")),
            Term("other", -other),
        ]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lag of the reading vCPU, and the leads of the others, in cycles."""
        reader = step.observed.vcpu
        others = (v for v in range(machine.sizes["vcpu"]) if v != reader)
        return [lag(machine, state, reader), *(lead(machine, state, v) for v in others)]


PROPERTY = MonotonicSmp()
