"""A hypothesis: a state that a VM may be in after some events, and what is known of the host's clocks."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from conformance.explain.events import Event
from conformance.scaling import WIDE, WORD, Span, host_span
from model.today.state import Sample, Vcpu, Vm

Interval = tuple[Fraction, Fraction]
TYPICAL = 1200
"""The cycles by which an event usually follows the sample that it tells of."""
ROUNDING = 2
"""The ns by which a sample of the raw clock may differ from a straight line, both ways."""
BETWEEN = 80_000
"""The ns between samples of the TSC and then the clock, where they are not taken as a pair."""


class Blocked(Exception):
    """A hypothesis does not explain an event; the text is the guard that is in the way."""


@dataclass(frozen=True)
class Clock:
    """What the stamps of a trace say about the host's TSC.

    ``rate``: cycles in a unit of the stamps; None where they say nothing. ``late``: the cycles by which an
    event may follow the sample that it tells of. ``grain``: the cycles in one step of the stamps.
    ``slew``: the share by which the stamps' clock may run differently. ``open``: the share by which the
    raw clock may, since the host's rate is not known and that of the guests stands for it; 0 where it is.
    """

    rate: Fraction | None
    late: int
    grain: int = 0
    slew: Fraction = Fraction(0)
    open: Fraction = Fraction(0)


@dataclass(frozen=True)
class Shown:
    """A page that shows the master clock's pair: the vCPU's place, its ratio, and the TSC.

    ``offset``: what the vCPU had then; None where no event tells it, so that it is what it is now.
    """

    place: int
    ratio: int
    offset: int | None
    tsc: int


@dataclass
class Hypothesis:
    """A state of the VM, the guessed steps that led to it, and the unknowns that are left."""

    vm: Vm
    numbers: dict[int, int]
    """The place in ``vm.vcpus`` of each vCPU that the trace names."""
    clock: Clock
    raw: Fraction
    """The ns that the raw clock advances in a cycle."""
    rates: tuple[int, ...]
    """The rates in kHz that a vCPU may have been given, as far as they make a difference."""
    base: Interval | None
    """The host TSC where the stamps are 0; None where nothing is known of it."""
    kvmclock: Interval | None
    """What kvmclock is above the raw clock, which is 0 where the host TSC is; None if nothing is known."""
    kvmclock_at: int = 0
    """The host TSC at which it was that, which matters where the host's rate is open."""
    earlier: Mapping[int, Fraction] = field(default_factory=dict)
    """For an event's line, the stamp of what its thread did before: no sample of it is older."""
    origin: Fraction | None = None
    """The stamp at which ``base`` was learned."""
    pair_open: Event | None = None
    """The computation of the master clock whose pair no page has shown yet."""
    clock_open: bool = False
    """Whether kvmclock may have been set to anything since the last page."""
    pair_unknown: bool = False
    """Whether the master clock's pair was taken before the trace, and no page has shown it yet."""
    pair: Span | None = None
    """The host TSCs at which the master clock's pair may have been taken, once a page has shown it."""
    shown: tuple["Shown", ...] = ()
    """The pages that have shown it."""
    loose: Mapping[int, int] = field(default_factory=dict)
    """For each vCPU whose offset no event tells, by its place, the group that it belongs to."""
    ranges: Mapping[int, Span | None] = field(default_factory=dict)
    """What may have to be added to all offsets of a group; None: anything."""
    open_versions: frozenset[int] = frozenset()
    """vCPUs whose page may have any version."""
    stale: frozenset[int] = frozenset()
    """vCPUs that had a request left when they last returned to user space."""
    cost: int = 0
    """How much had to be guessed."""
    steps: tuple[tuple[int, str], ...] = field(default=())
    """The line and the words of each guessed step."""

    def copy(self) -> "Hypothesis":
        """The same hypothesis, which may be changed by itself."""
        return replace(self, vm=copied(self.vm))

    def vcpu(self, number: int) -> Vcpu:
        """A vCPU by the number that the trace gives it."""
        return self.vm.vcpus[self.numbers[number]]

    def guess(self, event: Event, words: str, cost: int) -> None:
        """Note a step that no event shows."""
        self.steps = (*self.steps, (event.line, words))
        self.cost += cost

    # the host's clocks

    def window(self, event: Event) -> Interval | None:
        """The host TSCs at which the samples of an event may have been taken; None: any."""
        rate = self.clock.rate
        if rate is None or self.base is None:
            return None
        at = event.stamp * rate
        drift = self.clock.slew * abs(event.stamp - (self.origin or event.stamp)) * rate
        low = self.base[0] + at - self.clock.late - drift
        if event.line in self.earlier:
            low = max(low, self.base[0] + self.earlier[event.line] * rate - drift)
        return low, self.base[1] + at + self.clock.grain + drift

    def reach(self, event: Event) -> Span:
        """The same in whole cycles, from 0 to `WIDE` where nothing is known."""
        window = self.window(event)
        return (0, WIDE) if window is None else (max(0, ceil(window[0])), floor(window[1]))

    def read_by(self, vcpu: Vcpu, tsc: int, event: Event) -> Span | None:
        """The host TSCs at an event that a vCPU's ratio makes ``tsc`` of; None where there is none."""
        return host_span(vcpu.ratio, tsc, tsc, self.reach(event))

    def likely(self, rds: Span, event: Event) -> int:
        """One of some host TSCs, as near to an event as may be."""
        return min(max(self.near(event), rds[0]), rds[1])

    def near(self, event: Event) -> int:
        """A host TSC at which a sample of an event may have been taken."""
        window = self.window(event)
        if window is None:
            return 1 << 40
        return max(0, int(max(window[0], window[1] - self.clock.grain - TYPICAL)))

    def seen(self, event: Event, rds: Span) -> None:
        """A sample of the host TSC is known; raises `Blocked` where the event's time forbids it."""
        window = self.window(event)
        if window is not None and (rds[1] < window[0] or rds[0] > window[1]):
            raise Blocked(
                f"its host TSC would be {rds[0]}, and its time allows {int(window[0])} to {int(window[1])}"
            )
        rate = self.clock.rate
        if rate is None or rds[1] - rds[0] >= WIDE:
            return
        shift = event.stamp * rate
        learned = (rds[0] - shift - self.clock.grain, rds[1] - shift + self.clock.late)
        if self.base is None or self.origin is None:
            self.base, self.origin = (learned if self.base is None else self.base), event.stamp
        elif not self.clock.slew:
            low, high = max(self.base[0], learned[0]), min(self.base[1], learned[1])
            self.base = (low, high) if low <= high else self.base

    def sample(self, event: Event, rd: int | None = None) -> Sample:
        """A sample at ``rd``, or at a likely time of an event; nothing is learned from it."""
        at = self.near(event) if rd is None else rd
        return Sample(at, self.raw_at(at))

    def raw_at(self, rd: int) -> int:
        """The raw clock at a host TSC."""
        return int(self.raw * rd)

    def timed(self, rds: Span, ns: int, between: int) -> Span:
        """Learn from kvmclock's time at a sample of the TSC, ``between`` ns later at most.

        Returns the host TSCs that are left of ``rds``; raises `Blocked` where there is none.
        """
        if rds[1] - rds[0] >= WIDE:
            return rds
        low, high = ns - self.raw * rds[1] - ROUNDING - between, ns - self.raw * rds[0] + ROUNDING
        apart = max(abs(rd - self.kvmclock_at) for rd in rds)
        self.kvmclock_at = rds[0]
        if self.kvmclock is None:
            self.kvmclock = (low, high)
            return rds
        off = self.clock.open * self.raw * apart
        known = self.kvmclock[0] - off, self.kvmclock[1] + off
        turns = round((known[0] + known[1] - low - high) / (2 * WORD)) * WORD
        found = max(known[0], low + turns), min(known[1], high + turns)
        if found[0] > found[1]:
            late = float((low + high - known[0] - known[1]) / 2 + turns)
            raise Blocked(f"its time is {late:+.0f} ns off the raw clock")
        self.kvmclock = found
        first = ceil((ns + turns - found[1] - ROUNDING - between) / self.raw)
        last = floor((ns + turns - found[0] + ROUNDING) / self.raw)
        first, last = max(first, rds[0]), min(last, rds[1])
        return (first, last) if first <= last else rds

    def key(self) -> Hashable:
        """What tells hypotheses apart that go on in the same way, but for the last value written."""
        vm = {k: v for k, v in vars(self.vm).items() if k not in ("vcpus", "last_write")}
        vcpus = tuple(_values(vcpu) for vcpu in self.vm.vcpus)
        opens = (self.pair_open, self.clock_open, self.pair_unknown, self.open_versions, self.stale)
        offsets = tuple(self.loose.items()), tuple(self.ranges.items()), self.pair, self.shown
        return tuple(vm.values()), vcpus, opens, offsets, self.base, self.kvmclock


def _values(vcpu: Vcpu) -> tuple[Any, ...]:
    left_out = ("vm", "last_read", "this_write", "this_nsec")
    return tuple(v for k, v in vars(vcpu).items() if k not in left_out)


def copied(vm: Vm) -> Vm:
    """A VM with the same contents."""
    fresh = Vm.__new__(Vm)
    vars(fresh).update(vars(vm))
    vcpus = []
    for vcpu in vm.vcpus:
        other = Vcpu.__new__(Vcpu)
        vars(other).update(vars(vcpu))
        other.vm = fresh
        vcpus.append(other)
    fresh.vcpus = tuple(vcpus)
    return fresh
