"""The hypotheses with which a trace begins: the creation of its VM, or any state in a VM's life."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from conformance.explain.events import STABLE, Event, Master, Offset, Page, Track
from conformance.explain.hypothesis import Blocked, Clock, Hypothesis
from conformance.explain.offsets import set_offsets
from conformance.explain.operations import Operation
from conformance.explain.rates import OTHER, defaults, first_rates, possible, set_first
from model.today.rates import raw_rate
from model.today.rules import Rules
from model.today.state import Vm
from model.today.vm import create_vm
from model.today.writes import set_default_rate
from vtsc.language import u64

FAR = 1 << 62
"""A distance between two values of a TSC at which no write matches."""
MOST_SPLIT = 4
"""The number of vCPUs up to which each may have joined the generation, or not."""


def begins_with_creation(ops: Sequence[Operation]) -> bool:
    """Whether the first vCPU is created in the trace."""
    first = next((op for op in ops if isinstance(op.second, Track)), None)
    if first is None or not isinstance(first.first, Offset) or not isinstance(first.second, Track):
        return False
    return first.second.online == 1 and first.second.matched == 0 and first.first.previous == 0


def created(
    ops: Sequence[Operation], rules: Rules, clock: Clock, khz: int, strict: bool
) -> list[tuple[Hypothesis, int]]:
    """The start at a VM's creation, and how many operations it explains.

    ``strict``: the recording is known to begin before the creation, whose event must not be missing.
    """
    found = []
    for default in defaults(ops, _fresh(ops, rules, clock, khz).vm, clock.open > 0):
        fresh = _fresh(ops, rules, clock, khz)
        first = ops[0].first
        if isinstance(first, Master):
            _create(fresh, first)
        elif strict:
            raise Blocked("the trace does not begin with the creation of a VM")
        if default != khz:
            set_default_rate(fresh.vm, default)
            fresh.guess(first, f"KVM_SET_TSC_KHZ of {default} kHz for the VM", 3)
        found.append((fresh, int(isinstance(first, Master))))
    return found


def _create(fresh: Hypothesis, first: Master) -> None:
    """Take the creation of a VM, whose time tells when kvmclock was 0."""
    if first.master or first.matched:
        raise Blocked("the creation of a VM computes a master clock that is not used")
    create_vm(fresh.vm, fresh.sample(first, None))
    window = fresh.window(first)
    if window is not None and fresh.vm.rules.clock_from_creation:
        fresh.kvmclock = (-fresh.raw * window[1], -fresh.raw * window[0])
    fresh.guess(first, "KVM_CREATE_VM", 0)


def _fresh(ops: Sequence[Operation], rules: Rules, clock: Clock, khz: int) -> Hypothesis:
    """A VM that does not exist yet."""
    numbers = _numbers(ops)
    vm = Vm(len(numbers), rules, khz)
    base = (Fraction(0), Fraction(0)) if clock.rate == 1 else None
    rates = possible(ops, vm, clock.open > 0)
    return Hypothesis(vm, numbers, clock, raw_rate(khz), rates, base, None, earlier=_earlier(ops))


def _earlier(ops: Sequence[Operation]) -> dict[int, Fraction]:
    """For each event's line, the stamp of the operation that its thread was at before."""
    latest: dict[int, Fraction] = {}
    found: dict[int, Fraction] = {}
    for op in ops:
        events = [event for event in (op.first, op.second) if event is not None]
        if op.first.thread in latest:
            found |= {event.line: latest[op.first.thread] for event in events}
        latest[op.first.thread] = events[-1].stamp
    return found


def _numbers(ops: Sequence[Operation]) -> dict[int, int]:
    """A place for each vCPU that the trace names, and for those that it only counts; vCPU 0 is the first."""
    named = {
        e.vcpu for op in ops for e in (op.first, op.second) if isinstance(e, Offset | Track | Page)
    }
    counted = max((op.second.online for op in ops if isinstance(op.second, Track)), default=0)
    named.add(0)
    others = (n for n in range(counted + len(named)) if n not in named)
    while len(named) < min(counted, 4096):
        named.add(next(others))
    return {number: place for place, number in enumerate(sorted(named))}


def midlife(ops: Sequence[Operation], rules: Rules, clock: Clock, khz: int) -> Iterator[Hypothesis]:
    """Every start in the middle of a VM's life that the first events leave open."""
    tracks = [op for op in ops if isinstance(op.second, Track)]
    first = tracks[0].second if tracks else None
    for online, master, old, current in product(
        _online(ops, first), _masters(ops), (False, True), _offsets(tracks)
    ):
        if master and old:
            continue
        model = _fresh(ops, rules, clock, khz)
        usual = defaults(ops, model.vm, clock.open > 0)
        for rates, default in product(first_rates(ops, model), usual):
            first_khz = [rate or khz // OTHER for rate in rates.values()]
            last = sorted(set(first_khz[:online]))
            for matched, joined, written in product(
                _matches(ops, first, online), _joined(_numbers(ops), online), last
            ):
                start = _fresh(ops, rules, clock, khz)
                start.vm.default_khz = default
                _set(start, online, master, current, joined, matched)
                for vcpu in start.vm.vcpus[:online]:
                    set_first(vcpu, rates[vcpu.number])
                start.vm.last_khz = written
                set_offsets(start, ops)
                start.vm.old_msr = old
                start.cost = 2 * old + (online - sum(joined))
                yield start


def _set(
    start: Hypothesis, online: int, master: bool, current: int, joined: Sequence[bool], matched: int
) -> None:
    """Put a VM into the middle of its life; what it wrote last is far from all that will be written."""
    vm = start.vm
    vm.user_set = True
    vm.last_write, vm.last_offset = u64(current + FAR), current
    vm.cur_offset, vm.generation, vm.matched, vm.master = current, 1, matched, master
    for vcpu, has in zip(vm.vcpus[:online], joined, strict=False):
        vcpu.created = vcpu.loaded_once = True
        vcpu.generation = int(has)
    start.pair_unknown = master
    start.open_versions = frozenset(range(min(online, len(vm.vcpus))))


def _online(ops: Sequence[Operation], first: Event | None) -> list[int]:
    """The numbers of vCPUs there may be at first: those counted, or one less if the next is a creation."""
    if isinstance(first, Track):
        return [first.online, first.online - 1] if first.online > 1 else [first.online]
    return [len(_numbers(ops))]


def _masters(ops: Sequence[Operation]) -> list[bool]:
    """Whether the master clock is used at first."""
    for op in ops:
        if isinstance(op.first, Master):
            break
        if isinstance(op.second, Track):
            return [op.second.master]
        if isinstance(op.first, Page):
            return [bool(op.first.flags & STABLE)]
    return [True, False]


def _offsets(tracks: Sequence[Operation]) -> list[int]:
    """Offsets that the generation may have: what the first write finds, or sets."""
    for op in tracks[:1]:
        if isinstance(op.first, Offset):
            return list(dict.fromkeys([op.first.next, op.first.previous]))
    return [0]


def _matches(ops: Sequence[Operation], first: Event | None, online: int) -> list[int]:
    """The numbers of matches there may be at first: as the first count says, and the first master clock."""
    counted = [first.matched, first.matched - 1] if isinstance(first, Track) else []
    found = [n for n in dict.fromkeys([*counted, 0, online - 1, online]) if n >= 0]
    for op in ops:
        if isinstance(op.second, Track):
            break
        if isinstance(op.first, Master):
            return [n for n in found if (n + 1 == online) == op.first.matched]
    return found[:3]


def _joined(numbers: dict[int, int], online: int) -> list[tuple[bool, ...]]:
    """Which vCPUs may have joined the generation."""
    count = min(online, len(numbers))
    if count > MOST_SPLIT:
        return [(True,) * count, (False,) * count]
    return [tuple(each) for each in product((True, False), repeat=count)]
