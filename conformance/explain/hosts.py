"""The rate of the host's TSC where no option gives it: that of the pages, or one that they are scaled from.

A VM all of whose vCPUs have a scaled rate shows that rate alone. What is seen of it is what a host of that
rate would show, but for the stamps, where these are host TSCs, and for the last bits of the raw clock's rate.
So an event is blocked for certain if it is blocked even with both of these left open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from conformance.explain.context import Given, asked_of, rates_of_pages
from conformance.explain.events import STABLE, Event, Master, Offset, Page
from conformance.explain.hypothesis import Clock
from conformance.explain.reading import Recording
from conformance.explain.search import Asked, Explained, explain
from conformance.rates import LEAST_KHZ, MAX_KHZ, khz_of
from model.today.writes import TOLERANCE
from vtsc.language import u64
from vtsc.report.screen import warn

MOST_TRIED = 24
"""So many rates are all tried; of more, some are, and then none is excluded."""
SOME = 5
NEAR = 3
"""A page shows a rate in whole kHz, rounded down twice, so the rate is less than so much above it."""
TRUNCATED = Fraction(1, 1 << 28)
"""A ratio is less than its rates are to each other by a smaller share than this."""
RAW_OFF = Fraction(1, 10**6)
"""The raw clocks of two hosts of less than 8 GHz differ by a smaller share from what their rates say."""


@dataclass(frozen=True)
class Answer:
    """What was found for a VM, with ``khz`` as the host's rate.

    ``needs_khz``: another rate may explain it all. ``if_scaled``: all is explained if the host scales.
    """

    found: Explained
    khz: int
    needs_khz: bool = False
    if_scaled: bool = False


@dataclass(frozen=True)
class Shown:
    """A page: the rate in it, the TSC above the vCPU's offset, and the stamp of its sample.

    ``whose``: the vCPU whose offset, which no event tells, is in the TSC; None where it is known.
    """

    khz: int
    tsc: int
    stamp: Fraction
    whose: int | None


def answer(events: tuple[Event, ...], recording: Recording, given: Given) -> Answer:
    """How far the rules explain the events of a VM, with the host's rate that is given or may be."""
    asked = asked_of(events, recording, given)
    if given.khz is None and asked.contradicted:
        for other, _ in _others(events, recording, given, asked):
            found = explain(events, other)
            if found.blocked is None:
                return Answer(found, other.khz)
    if asked.contradicted:
        warn("the times are no host TSCs, so they are not used; trace_clock x86-tsc would be")
    found = explain(events, asked)
    if found.blocked is None or "tsc-khz" in given.never:
        return Answer(found, asked.khz)
    said = Answer(found, asked.khz)
    if given.khz is None:
        said = _with_others(events, recording, given, asked, found)
    if said.found.blocked is None or asked.rules[0].scaling:
        return said
    scaled = replace(given, khz=asked.khz, rules=given.rules.but(scaling=True))
    explained = explain(events, asked_of(events, recording, scaled)).blocked is None
    return replace(said, if_scaled=explained)


def _with_others(
    events: tuple[Event, ...], recording: Recording, given: Given, asked: Asked, found: Explained
) -> Answer:
    """The answer for events that are blocked if the host has the rate of most pages."""
    if len(rates_of_pages(events)) == 1:
        loosest = explain(events, _opened(asked))
        if loosest.blocked is not None:
            return Answer(loosest if loosest.done > found.done else found, asked.khz)
    excluded = asked.clock.rate == 1
    for other, all_tried in _others(events, recording, given, asked):
        excluded &= all_tried
        tried = explain(events, other)
        if tried.blocked is None:
            return Answer(tried, other.khz)
    return Answer(found, asked.khz, needs_khz=not excluded)


def _opened(asked: Asked) -> Asked:
    """The same question with the host's rate left open: of the times, nothing but their order is used."""
    rules = dict.fromkeys(each.but(scaling=True, ratio_bits=48) for each in asked.rules)
    off = RAW_OFF + Fraction(NEAR, asked.khz)
    return replace(asked, rules=tuple(rules), clock=Clock(None, asked.clock.late, open=off))


def _others(
    events: tuple[Event, ...], recording: Recording, given: Given, asked: Asked
) -> Iterator[tuple[Asked, bool]]:
    """The same question with other rates; with each, whether all that the times allow are tried."""
    for khz in rates_of_pages(events):
        if khz != asked.khz:
            yield asked_of(events, recording, replace(given, khz=khz)), True
    if asked.clock.rate is None and not asked.contradicted:
        return
    for honoured in dict.fromkeys(rules.offset_honoured for rules in asked.rules):
        offsets = "honoured" if honoured else "discarded"
        if asked.clock.rate not in (None, 1):
            for khz in _since_creation(events, honoured):
                yield asked_of(events, recording, replace(given, khz=khz, offsets=offsets)), False
            continue
        for low, high in _unshown(allowed_by_times(events, given.late_us, honoured), events):
            all_tried = high - low < MOST_TRIED
            step = 1 if all_tried else (high - low) // SOME
            for khz in range(low + (0 if all_tried else step // 2), high + 1, step):
                other = replace(given, khz=khz, offsets=offsets)
                yield asked_of(events, recording, other), all_tried


def allowed_by_times(events: Sequence[Event], late_us: Fraction, honoured: bool) -> tuple[int, int]:
    """The least and the greatest rate in kHz of the host, if stamps are its TSC and all pages are explained.

    No rate is left where the first is above the second.
    """
    low, high = Fraction(LEAST_KHZ), Fraction(MAX_KHZ)
    first: dict[tuple[int, int], Shown] = {}
    for page in _shown(events, honoured):
        before, tsc, passed = None, page.tsc, page.stamp
        if page.whose is not None:
            before = first.setdefault((page.whose, page.khz), page)
            tsc, passed = u64(page.tsc - before.tsc), page.stamp - before.stamp
            if passed <= 0:
                continue
        # cycles of the guest are to those of the host as the rates: a sample is late_us older at most
        late = (page.khz + NEAR) * late_us / 1000
        low = max(low, page.khz * passed * (1 - TRUNCATED) / (tsc + 1 + late))
        early = tsc - 1 - (late if before is not None else 0)
        if early > 0:
            high = min(high, (page.khz + NEAR) * passed / early)
    return ceil(low), floor(high)


def _since_creation(events: Sequence[Event], honoured: bool) -> range:
    """The host's rates, if stamps are seconds and a vCPU got the rate of its page after its creation.

    Its first offset is then the host's TSC, and its page shows what the scaled TSC is a little later.
    """
    first = next((event for event in events if isinstance(event, Offset)), None)
    page = next((page for page in _shown(events, honoured) if page.whose is None), None)
    if first is None or page is None:
        return range(0)
    passed = page.khz * 1000 * (page.stamp - first.stamp)
    if first.previous or page.tsc <= passed:
        return range(0)
    khz = round(page.khz * u64(-first.next) / (page.tsc - passed))
    return range(max(khz - NEAR, LEAST_KHZ), min(khz + NEAR, MAX_KHZ) + 1)


def _unshown(span: tuple[int, int], events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """What is left of a span of host's rates without those that pages would show themselves.

    A host within the tolerance of a guest's rate does not scale to it, so that pages have the host's.
    """
    low, high = span
    for khz in sorted(rates_of_pages(events)):
        below = khz * 10**6 // (10**6 + TOLERANCE) - 1
        if low <= min(below, high):
            yield low, min(below, high)
        low = max(low, khz * 10**6 // (10**6 - TOLERANCE) + 2)
    if low <= high:
        yield low, high


def _shown(events: Sequence[Event], honoured: bool) -> Iterator[Shown]:
    """What the pages say whose samples' stamps are known: their own, or those of the master clock's pair."""
    offsets: dict[int, int] = {}
    for event in reversed(events):
        if isinstance(event, Offset):
            offsets[event.vcpu] = event.previous
    pair: Event | None = None
    for event in events:
        if isinstance(event, Master):
            pair = event if event.master else None
        if isinstance(event, Offset):
            offsets[event.vcpu] = event.next
        if not isinstance(event, Page):
            continue
        khz = khz_of(event.mul, event.shift)
        at = pair if event.flags & STABLE else event
        if khz is None or at is None:
            continue
        known = offsets.get(event.vcpu) if honoured else 0
        whose = event.vcpu if known is None else None
        yield Shown(khz, u64(event.tsc - (known or 0)), at.stamp, whose)
