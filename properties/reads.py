"""Parts that properties share: the last value read on each vCPU, and the lag and lead of a guest's TSC."""

from typing import Any

from model.guest.rdtsc import peek
from model.lemmas.standings import Bound, lemmas
from model.lemmas.trapping import emulated, emulation_limit, is_asked_to_trap
from vtsc.language import Lemma, Record, both, counter, either, flag, implies, instances, integer, negation, s64


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


def trapped_lemmas(owner: str) -> list[Lemma]:
    """Lemmas that bound the last value read by the last one emulated, by the kernel clock, and by ideal."""

    def last(ghosts: Any, v: int) -> int:
        return integer(ghosts[f"vcpu{v}"].last)

    def emulated_since(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        after = both(ghosts[f"vcpu{v}"].seen, state.host.tsc_unstable)
        return implies(after, last(ghosts, v) <= emulated(machine, state, v))

    def emulated_while_trapping(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        traps = either((vcpu.tsc_trapping, is_asked_to_trap(vcpu)))
        due = both(ghosts[f"vcpu{v}"].seen, traps)
        return implies(due, last(ghosts, v) <= emulated(machine, state, v))

    def at_most_clock(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        clock = machine.design.compute_guest_tsc(vcpu, state.host.kernel_ns())
        traps = both(ghosts[f"vcpu{v}"].seen, vcpu.tsc_trapping)
        return implies(traps, last(ghosts, v) <= integer(clock))

    def near_ideal(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return last(ghosts, v) <= emulation_limit(machine, state, v)

    def at_most_ideal_before(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        before = negation(state.host.tsc_unstable)
        return implies(before, last(ghosts, v) <= integer(machine.ideal(state, v)))

    stated = (
        (
            "read_at_most_ideal_while_stable",
            "while the TSC counts as stable, no value read is above ideal",
            at_most_ideal_before,
        ),
        (
            "read_at_most_emulated",
            "once the TSC counts as unstable, no value read is above the last one emulated",
            emulated_since,
        ),
        (
            "trapped_read_at_most_emulated",
            "no value read on a vCPU that traps, or is to trap, is above the last one emulated",
            emulated_while_trapping,
        ),
        (
            "trapped_read_at_most_clock",
            "no value read on a vCPU that traps is above the one that the kernel clock calls for",
            at_most_clock,
        ),
        (
            "read_near_ideal",
            "no value read is above ideal by more than a step of the clock",
            near_ideal,
        ),
    )
    return [Lemma(name, text, ("vcpu",), holds, owner=owner) for name, text, holds in stated]


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
