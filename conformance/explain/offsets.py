"""Offsets that no event of a trace tells: what the pages of their vCPUs say of them, and of the host's TSC.

A vCPU whose offset is written in the trace is known: the first write tells what it found. The offsets of the
others never change while the trace lasts. Each belongs to a group of vCPUs the offsets of which are known
relative to each other, since one pair was on a page of each.
"""

from collections.abc import Sequence

from conformance.explain.events import Offset
from conformance.explain.hypothesis import Blocked, Hypothesis, Shown
from conformance.explain.operations import Operation
from conformance.scaling import WIDE, Span, host_span, near, scaled
from model.today.state import Vcpu
from vtsc.language import s64, u64


def set_offsets(start: Hypothesis, ops: Sequence[Operation]) -> None:
    """Give each vCPU the offset that is stored at first, or leave it open where no event tells it."""
    known = {
        op.first.vcpu: op.first.previous for op in reversed(ops) if isinstance(op.first, Offset)
    }
    for number, place in start.numbers.items():
        if number in known:
            start.vm.vcpus[place].tsc_offset = known[number]
        elif start.vm.rules.offset_honoured:
            start.loose = {**start.loose, place: place}
            start.ranges = {**start.ranges, place: None}


def read_at(after: Hypothesis, vcpu: Vcpu, tsc: int, within: Span) -> Span | None:
    """The host TSCs of a span at which a vCPU may have read ``tsc``; narrows its offset."""
    group = after.loose.get(vcpu.number)
    reach = (0, 0) if group is None else after.ranges[group]
    low, high = scaled(within[0], vcpu.ratio), scaled(within[1], vcpu.ratio)
    if reach is None:
        if within[1] - within[0] < WIDE:
            assert group is not None
            _shift(after, group, s64(tsc - high - vcpu.tsc_offset))
            after.ranges = {**after.ranges, group: (0, high - low)}
        return within
    value = near(u64(tsc - vcpu.tsc_offset), (low + high) // 2)
    low, high = max(low, value - reach[1]), min(high, value - reach[0])
    found = host_span(vcpu.ratio, low, high, within) if low <= high else None
    if found is not None and group is not None:
        ends = scaled(found[0], vcpu.ratio), scaled(found[1], vcpu.ratio)
        left = max(reach[0], value - ends[1]), min(reach[1], value - ends[0])
        after.ranges = {**after.ranges, group: left}
    return found


def settle(after: Hypothesis, vcpu: Vcpu, tsc: int, rd: int) -> None:
    """Choose the offset of a vCPU that is open such that it reads ``tsc`` at a host TSC that allows this."""
    group = after.loose.get(vcpu.number)
    if group is not None:
        _shift(after, group, s64(tsc - scaled(rd, vcpu.ratio) - vcpu.tsc_offset))


def show(after: Hypothesis, vcpu: Vcpu, tsc: int) -> None:
    """A page shows the master clock's pair: whoever has shown it at the same ratio has the same host TSC.

    Raises `Blocked` where the offsets contradict this.
    """
    known = None if vcpu.number in after.loose else vcpu.tsc_offset
    mine = Shown(vcpu.number, vcpu.ratio, known, tsc)
    for other in after.shown:
        if other.ratio == vcpu.ratio:
            _link(after, mine, other)
    kept = tuple(s for s in after.shown if (s.place, s.ratio) != (vcpu.number, vcpu.ratio))
    after.shown = (*kept, mine)


def _link(after: Hypothesis, mine: Shown, other: Shown) -> None:
    """Let two offsets be such that both pages have the same pair."""
    ours, theirs = after.loose.get(mine.place), after.loose.get(other.place)
    apart = s64((other.tsc - _offset(after, other)) - (mine.tsc - _offset(after, mine)))
    if ours == theirs:
        if apart:
            raise Blocked(f"tsc_timestamp would be {u64(mine.tsc + apart)}, not {mine.tsc}")
    elif ours is None:
        assert theirs is not None
        _fix(after, theirs, apart, mine.tsc)
    elif theirs is None:
        _fix(after, ours, -apart, mine.tsc)
    else:
        _merge(after, ours, theirs, -apart, mine.tsc)


def _offset(after: Hypothesis, shown: Shown) -> int:
    return after.vm.vcpus[shown.place].tsc_offset if shown.offset is None else shown.offset


def _fix(after: Hypothesis, group: int, by: int, tsc: int) -> None:
    """The offsets of a group are known: they are so much more than was assumed."""
    reach = after.ranges[group]
    if reach is not None and not reach[0] <= by <= reach[1]:
        raise Blocked(f"tsc_timestamp {tsc} is not that of the pair that another page shows")
    _shift(after, group, by)
    after.loose = {place: g for place, g in after.loose.items() if g != group}
    after.ranges = {g: r for g, r in after.ranges.items() if g != group}


def _merge(after: Hypothesis, group: int, into: int, by: int, tsc: int) -> None:
    """Join two groups: the offsets of the first are so much more than was assumed, as the second's are."""
    _shift(after, group, by)
    reach, other = after.ranges[group], after.ranges[into]
    if reach is None or other is None:
        left = reach or other
    else:
        left = max(reach[0], other[0]), min(reach[1], other[1])
        if left[0] > left[1]:
            raise Blocked(f"tsc_timestamp {tsc} is not that of the pair that another page shows")
    after.loose = {place: into if g == group else g for place, g in after.loose.items()}
    after.ranges = {**{g: r for g, r in after.ranges.items() if g != group}, into: left}


def _shift(after: Hypothesis, group: int, by: int) -> None:
    """Assume other offsets of a group, so much more than before; what is allowed stays the same."""
    for place, theirs in after.loose.items():
        if theirs == group:
            vcpu = after.vm.vcpus[place]
            vcpu.tsc_offset = u64(vcpu.tsc_offset + by)
    reach = after.ranges[group]
    if reach is not None:
        after.ranges = {**after.ranges, group: (reach[0] - by, reach[1] - by)}
