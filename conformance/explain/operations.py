"""Puts the events of one act together: an offset with its match count, or with the guest's write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.explain.events import (
    IA32_TSC,
    IA32_TSC_ADJUST,
    NAMES,
    Event,
    Leave,
    Msr,
    Offset,
    Page,
    Track,
)


@dataclass(frozen=True)
class Operation:
    """What a thread did: one event, or an offset and the event that says why it was written."""

    first: Event
    second: Event | None = None

    @property
    def events(self) -> int:
        """The number of its events that a report counts."""
        return 0 if isinstance(self.first, Leave) else 1 + (self.second is not None)

    @property
    def named(self) -> str:
        """The kernel's name of its first event."""
        return NAMES[type(self.first)]


def operations(events: Sequence[Event]) -> list[Operation]:
    """The operations of one VM, in the order of their first events."""
    partners = dict(_partners(events))
    seconds = set(partners.values())
    return [
        Operation(event, events[partners[n]] if n in partners else None)
        for n, event in enumerate(events)
        if n not in seconds
    ]


def without_halves(events: Sequence[Event]) -> tuple[Event, ...]:
    """Events without those that belong to an offset written before a recording began."""
    seen: set[int] = set()
    kept = []
    for event in events:
        half = isinstance(event, Track) or (
            isinstance(event, Msr) and event.index in (IA32_TSC, IA32_TSC_ADJUST)
        )
        if event.thread in seen or not half:
            kept.append(event)
        seen.add(event.thread)
    return tuple(kept)


def _partners(events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """Pairs of places: an offset, and what its thread did next, if that belongs to it."""
    latest: dict[int, int] = {}
    for n, event in enumerate(events):
        before = latest.get(event.thread)
        if before is not None and _belongs(events[before], event):
            yield before, n
        latest[event.thread] = n


def _belongs(before: Event, event: Event) -> bool:
    """Whether the event of a thread tells why the offset before it was written."""
    if not isinstance(before, Offset):
        return False
    if isinstance(event, Track | Page):
        return event.vcpu == before.vcpu
    return isinstance(event, Msr) and event.index in (IA32_TSC, IA32_TSC_ADJUST)


def runners(events: Sequence[Event]) -> dict[int, int]:
    """The vCPU of each thread, by its pages and the guests' writes; none where a thread runs several."""
    found: dict[int, set[int]] = {}
    for event in events:
        if isinstance(event, Page):
            found.setdefault(event.thread, set()).add(event.vcpu)
    for operation in operations(events):
        first = operation.first
        if isinstance(first, Offset) and isinstance(operation.second, Msr):
            found.setdefault(first.thread, set()).add(first.vcpu)
    return {thread: min(vcpus) for thread, vcpus in found.items() if len(vcpus) == 1}
