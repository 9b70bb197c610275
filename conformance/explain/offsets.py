"""The offsets that vCPUs have where a trace begins in the middle of their life, as later events show them."""

from collections.abc import Iterator, Sequence

from conformance.explain.events import STABLE, Event, Master, Offset, Page
from conformance.explain.hypothesis import Hypothesis
from conformance.explain.operations import Operation
from vtsc.language import u64


def set_offsets(start: Hypothesis, ops: Sequence[Operation]) -> None:
    """Give each vCPU the offset that is stored at first.

    The next write tells what it found. Where a trace has none, the offset is 0 if it is discarded; else it is
    the one that the first dated page calls for, the same for all vCPUs unless a page shows otherwise.
    """
    known = {
        op.first.vcpu: op.first.previous for op in reversed(ops) if isinstance(op.first, Offset)
    }
    common: int | None = None
    for number, place in start.numbers.items():
        vcpu = start.vm.vcpus[place]
        if number in known:
            vcpu.tsc_offset = known[number]
        elif start.vm.rules.offset_honoured:
            if common is None:
                common = _dated(start, ops, set(known)) or 0
            apart = _apart(ops, number, set(known))
            vcpu.tsc_offset = u64(common + apart)
            if not apart and not _fits(start, ops, number, common):
                vcpu.tsc_offset = _dated(start, ops, set(start.numbers) - {number}) or 0


def _dated(start: Hypothesis, ops: Sequence[Operation], known: set[int]) -> int | None:
    """The offset that the first page calls for whose time is known, of a vCPU that is not known."""
    for page, at in _pages(ops):
        window = start.window(at) if at is not None and page.vcpu not in known else None
        if window is not None:
            return u64(page.tsc - int(window[0] + window[1]) // 2)
    return None


def _fits(start: Hypothesis, ops: Sequence[Operation], number: int, offset: int) -> bool:
    """Whether a vCPU's first dated page allows an offset."""
    for page, at in _pages(ops):
        window = start.window(at) if at is not None and page.vcpu == number else None
        if window is not None:
            return window[0] <= u64(page.tsc - offset) <= window[1]
    return True


def _pages(ops: Sequence[Operation]) -> Iterator[tuple[Page, Event | None]]:
    """Each page, with the event at which its pair was taken, if that is in the trace."""
    at: Event | None = None
    for op in ops:
        if isinstance(op.first, Master):
            at = op.first
        elif isinstance(op.first, Page):
            yield op.first, at if op.first.flags & STABLE else op.first


def _apart(ops: Sequence[Operation], number: int, known: set[int]) -> int:
    """How much a vCPU's offset is above that of the first one that is not known: by a pair that both show."""
    pages = [page for page, _ in _pages(ops) if page.flags & STABLE]
    first = next((page.vcpu for page in pages if page.vcpu not in known), number)
    theirs = {page.ns: page.tsc for page in pages if page.vcpu == first}
    ours = {page.ns: page.tsc for page in pages if page.vcpu == number}
    return next((tsc - theirs[ns] for ns, tsc in ours.items() if ns in theirs), 0)
