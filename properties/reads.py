"""What the properties share: the last value read on each vCPU, and how far a guest TSC is off."""

from typing import Any

from model.guest import peek
from vtsc.records import Record, counter, flag
from vtsc.words import s64


class LastRead(Record):
    """The last value read on one vCPU."""

    last: int = counter("cycles", "the last value read")
    seen: bool = flag("something has been read")


def last_reads(machine: Any) -> dict[str, Record]:
    """A fresh `LastRead` for each vCPU."""
    return {f"vcpu{v}": LastRead() for v in range(machine.sizes["vcpu"])}


def note_read(ghosts: dict[str, Any], read: Any) -> None:
    """Remember ``read`` as the last on its vCPU."""
    ghost = ghosts[f"vcpu{read.vcpu}"]
    ghost.last, ghost.seen = read.value, True


def lag(machine: Any, state: Any, v: int) -> int | None:
    """How far vCPU ``v`` is behind ideal, in cycles; None while it is on no pCPU. Native."""
    vcpu = state.vm.vcpus[v]
    if not vcpu.loaded:
        return None
    return s64(machine.ideal(state, v) - peek(machine.design, state.host, vcpu))


def lead(machine: Any, state: Any, v: int) -> int | None:
    """How far vCPU ``v`` is ahead of ideal, in cycles; None while it is on no pCPU. Native."""
    behind = lag(machine, state, v)
    return None if behind is None else -behind
