"""Tells the VMs of one recording apart, by the threads of their events."""

from collections.abc import Sequence

from conformance.explain.events import Event, Msr, Offset, Page, Track

Claim = tuple[str, int]
"""What only one thread of a VM does: it runs a vCPU, or it creates the first one."""


def machines(events: Sequence[Event]) -> list[tuple[Event, ...]]:
    """The events of each VM. No event names its VM, so a vCPU's number that two threads run means two VMs.

    Where the recording has the threads' groups (``options/record-tgid``), these tell the VMs.
    """
    groups = {event.thread: event.group for event in events if event.group is not None}
    threads = sorted({event.thread for event in events})
    if all(thread in groups for thread in threads):
        owner = {thread: groups[thread] for thread in threads}
    else:
        owner = _by_claims(events, threads)
    keys = dict.fromkeys(owner[event.thread] for event in events)
    return [tuple(e for e in events if owner[e.thread] == key) for key in keys]


def _by_claims(events: Sequence[Event], threads: Sequence[int]) -> dict[int, int]:
    """Threads by their numbers: a new VM begins with the thread that claims what is claimed already."""
    claims = {thread: _claims(events, thread) for thread in threads}
    owner: dict[int, int] = {}
    current, taken = 0, set[Claim]()
    for thread in threads:
        if taken & claims[thread]:
            current, taken = thread, set()
        owner[thread] = current
        taken |= claims[thread]
    return owner


def _claims(events: Sequence[Event], thread: int) -> set[Claim]:
    found: set[Claim] = set()
    written: Offset | None = None
    for event in events:
        if event.thread != thread:
            continue
        if isinstance(event, Page):
            found.add(("runs", event.vcpu))
        elif isinstance(event, Msr) and written is not None:
            found.add(("runs", written.vcpu))
        elif isinstance(event, Track) and event.online == 1:
            found.add(("creates", 0))
        written = event if isinstance(event, Offset) else None
    return found
