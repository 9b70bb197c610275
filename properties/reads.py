"""Parts that properties share: the last value read on each vCPU, and the lag and lead of a guest's TSC."""

from typing import Any

from model.guest.rdtsc import peek
from model.lemmas.standings import Bound, lemmas
from model.lemmas.writes import read_lemmas as written_lemmas
from properties.trapped_reads import trapped_lemmas
from vtsc.language import (
    Lemma,
    Measured,
    Property,
    Record,
    Step,
    counter,
    flag,
    implies,
    instances,
    integer,
    s64,
)


class ReadProperty(Property):
    """A claim about the values that RDTSC returns."""

    def measured(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> Measured:
        """The measure of a read that counts; no other step has one."""
        if not counts(machine, state, step):
            return ()
        return self.of_read(machine, state, ghosts, step.observed)

    def of_read(self, machine: Any, state: Any, ghosts: dict[str, Any], read: Any) -> Measured:
        """The values of the measure at a read."""
        return ()

    def largest(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> int:
        """The greatest of the values that the measure has at a read; 0 where it has none. Native."""
        values = self.measured(machine, state, ghosts, step)
        return max((value for defined, value in values if defined), default=0)


def is_read(step: Step) -> bool:
    """Whether a step is an RDTSC."""
    return step.call.name == "rdtsc"


def counts(machine: Any, state: Any, step: Step) -> bool:
    """Whether a step is an RDTSC, and where the guest writes its TSC, one after that. [choice-writes]"""
    if not is_read(step):
        return False
    if machine.settings["tsc_writes"] == "off":
        return True
    written: bool = state.vm.vcpus[step.observed.vcpu].tsc_written
    return written


class LastRead(Record):
    """The last value read on one vCPU."""

    last: int = counter("cycles", "the last value read")
    seen: bool = flag("something has been read")


def last_reads(machine: Any) -> dict[str, Record]:
    """A fresh `LastRead` for each vCPU."""
    return {**instances("vcpu", (LastRead() for _ in range(machine.sizes["vcpu"])))}


def note_read(ghosts: dict[str, Any], read: Any) -> None:
    """Remember ``read`` as the last on its vCPU."""
    ghost = ghosts[f"vcpu{read.vcpu}"]
    ghost.last, ghost.seen = read.value, True


def read_lemmas(owner: str, machine: Any) -> list[Lemma]:
    """Lemmas that bound the last value read on a vCPU by its TSC's standings, 0, its creation, and ideal."""

    def last(machine: Any, state: Any, ghosts: Any, v: int) -> int:
        return integer(ghosts[f"vcpu{v}"].last)

    def not_negative(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return last(machine, state, ghosts, v) >= 0

    def since_creation(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        first = integer(state.vm.vcpus[v].tsc_at_creation)
        return implies(ghosts[f"vcpu{v}"].seen, first <= last(machine, state, ghosts, v))

    def at_most_ideal(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return last(machine, state, ghosts, v) <= integer(machine.ideal(state, v))

    bound = Bound("last_read", "the last value read", True, last, owner)
    return [
        *lemmas(machine.standings(), [bound]),
        *(trapped_lemmas(owner) if machine.traps else []),
        *(written_lemmas(owner) if machine.settings["tsc_writes"] == "on" else []),
        Lemma(
            "read_not_negative", "no value read is below 0", ("vcpu",), not_negative, owner=owner
        ),
        Lemma(
            "read_since_creation",
            "no value read is below what the TSC was at creation",
            ("vcpu",),
            since_creation,
            owner=owner,
        ),
        Lemma(
            "read_at_most_ideal",
            "no value read is above ideal",
            ("vcpu",),
            at_most_ideal,
            owner=owner,
        ),
    ]


def lag(machine: Any, state: Any, v: int) -> int | None:
    """The lag of vCPU ``v``, in cycles; None while it is on no pCPU. It works on plain values only."""
    vcpu = state.vm.vcpus[v]
    if not vcpu.loaded:
        return None
    return s64(machine.ideal(state, v) - peek(machine.design, state.host, vcpu))


def lead(machine: Any, state: Any, v: int) -> int | None:
    """The lead of vCPU ``v``, in cycles; None while it is on no pCPU. It works on plain values only."""
    behind = lag(machine, state, v)
    return None if behind is None else -behind
