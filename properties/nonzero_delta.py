"""On one vCPU, no two consecutive TSC reads are equal; where they are, the guest sees a "stall".

Its origin is [stall], and the mail in [C10, C12, C13]: a guest that computes
count / (TSC2 - TSC1) divides by zero.
"""

from collections.abc import Sequence
from typing import Any

from model.lemmas.standings import Standing
from properties.reads import (
    LastRead,
    ReadProperty,
    counts,
    lag,
    note_read,
    read_lemmas,
)
from vtsc.language import (
    Lemma,
    Measure,
    Measured,
    Record,
    Step,
    Term,
    both,
    implies,
    instances,
    integer,
    u64,
    word,
)

MOVED_ON = "has moved on from the last value read as the slowest pCPU does"


class EqualReads(LastRead):
    """The last value read on one vCPU, and when that value was first read."""

    since: int = word("time units", "true time of the first of equal reads", ghost=True)


def since_lemmas(owner: str, machine: Any) -> list[Lemma]:
    """That a TSC has moved on from the last value read at the least rate of pCPUs, less a part of a cycle.

    One lemma for each standing of a vCPU's TSC, and one for ideal.
    """

    def moved_on(state: Any, ghosts: Any, v: int, tsc: int) -> bool:
        host, ghost = state.host, ghosts[f"vcpu{v}"]
        low, den = host.slowest
        cycle = host.base.cycle
        least = low * (host.t - ghost.since)
        kept: bool = least <= den * (cycle * (tsc - integer(ghost.last)) + cycle - 1)
        return implies(ghost.seen, kept)

    def at_standing(standing: Standing) -> Lemma:
        def holds(machine: Any, state: Any, ghosts: Any, v: int, c: int = -1) -> bool:
            host, vcpu = state.host, state.vm.vcpus[v]
            kept = moved_on(state, ghosts, v, standing.tsc(host, vcpu, c))
            return implies(standing.when(host, vcpu, c), kept)

        subjects = ("vcpu",) if standing.anywhere else ("vcpu", "pcpu")
        said = f"{standing.situation}, {standing.value} {MOVED_ON}"
        return Lemma(f"{standing.name}_moved_on", said, subjects, holds, owner=owner)

    def of_ideal(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return moved_on(state, ghosts, v, integer(machine.ideal(state, v)))

    ideal = Lemma("ideal_moved_on", f"ideal {MOVED_ON}", ("vcpu",), of_ideal, owner=owner)
    return [*map(at_standing, machine.standings()), ideal]


class NonzeroDelta(ReadProperty):
    """Violated iff this - last == 0 mod 2^64."""

    name = "nonzero_delta"
    claim = "on one vCPU no two consecutive reads are equal"
    symptom = "stall"
    story = "vCPU {subject} read {this} {equal}; {culprit}"
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
        """Lemmas that bound the last value read on each vCPU, and how long it can be read."""
        at_once = machine.settings["rdtsc_cycles"] == 0
        return [*read_lemmas(self.name, machine), *(at_once * since_lemmas(self.name, machine))]

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
        """This read, the last one, and whether they are equal: 1, or -1 where they are not."""
        this, last = step.observed.value, ghosts[f"vcpu{step.observed.vcpu}"].last
        equal = 1 if self.stalls(ghosts, step.observed) else -1
        sides = ("twice: count/(t2-t1) divides by zero", "once in a row")
        return [Term("this", u64(this)), Term("last", u64(last)), Term("equal", equal, "", sides)]

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """The lag of the reading vCPU, in cycles."""
        return [lag(machine, state, step.observed.vcpu)]


PROPERTY = NonzeroDelta()
