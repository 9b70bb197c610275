"""The answers to the shipped litmus files, derived again by trying every value of small halves.

Nothing here uses the parser's programs, orders or questions: what each program computes of its reads is
written out by hand, and so is which reads are ordered.
"""

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from questions.litmus.deciding import decide
from questions.litmus.reading import read_file
from tests.support.paths import ROOT
from tests.support.sampling import sampled

WIDTH = 3
HALF, FULL = 1 << WIDTH, 1 << 2 * WIDTH
FILES = sorted(p.stem for p in (ROOT / "litmus").glob("*.litmus"))
UNORDERED = {
    "mail-first-two-units", "mail-first-two-units-high", "mail-first-two-units-low",
    "mail-first-unserialised", "mail-att-two-units", "mail-att-unserialised", "sub64-two-units",
    "sub64-unserialised-below", "sub64-unserialised-equal", "sub64-rdtscp-first",
    "divide-unserialised", "warp-unserialised", "watchdog-unserialised",
}  # fmt: skip
"""The files in which nothing orders the reads; the second read of all others starts after the first."""


def header(name: str, key: str, otherwise: str = "") -> str:
    """The text of a header's key."""
    lines = (ROOT / "litmus" / f"{name}.litmus").read_text(encoding="utf-8").splitlines()
    found = (x.split(":", 1)[1].strip() for x in lines if x.startswith(f"{key}:"))
    return next(found, otherwise)


def bumped(clock: int, last: int) -> int:
    """A trapped read that is at least one more than the last value."""
    return max(clock, (last + 1) % FULL)


def clocks(name: str) -> Iterator[tuple[int, int]]:
    """Every pair of times at which the clock is read that the header allows, as the TSC's own values."""
    ordered, strict = name not in UNORDERED, header(name, "TSC") == "strict"
    wrap = header(name, "Wrap")
    span = {"low": HALF, "half": FULL // 2, "": FULL}[header(name, "Span")]
    seen = set()
    starts, times = range(FULL if wrap == "full" else 1), range(span)
    for start, first, then in product(starts, times, times):
        below = first < then if strict else first <= then
        pair = (start + first) % FULL, (start + then) % FULL
        if (below or not ordered) and pair not in seen:
            seen.add(pair)
            yield pair


def pairs(name: str) -> Iterator[tuple[int, int]]:
    """Every pair of values that the two reads can return."""
    wrap = header(name, "Wrap")
    for first, then in clocks(name):
        lasts = range(FULL) if header(name, "Emulation") == "bump-vcpu" else (None,)
        for last in lasts:
            one, two = first, then
            if last is not None:
                one = bumped(first, last)
                two = bumped(then, one)
                if wrap != "full" and FULL - 1 in (last, one):
                    continue
            if wrap != "none" or one // HALF == two // HALF:
                yield one, two


def mail(name: str) -> Iterator[bool]:
    """The test program of the mail in both readings of its compares."""
    for one, two in pairs(name):
        (hi1, lo1), (hi2, lo2) = divmod(one, HALF), divmod(two, HALF)
        if name == "mail-one-flags-register":
            yield hi2 < hi1 or not hi2 < hi1
            continue
        first = name.startswith("mail-first")
        high = hi2 < hi1 if first else hi1 < hi2
        low = not (lo1 < lo2 if first else lo2 < lo1)
        if name.endswith("-high"):
            yield high
        elif name.endswith("-low"):
            yield low and not high
        else:
            yield high or low


def sub64(name: str) -> Iterator[bool]:
    """The same test with the difference of all bits."""
    for one, two in pairs(name):
        below = two < one
        if name == "sub64-signed-wrap":
            below = (two - one) % FULL >= FULL // 2
        part = name.rpartition("-")[2]
        yield {"below": below, "equal": two == one}.get(part, below or two == one)


def divide(name: str) -> Iterator[bool]:
    """Whether a difference is zero that something is divided by."""
    for one, two in pairs(name):
        yield (two - one) % (HALF if "-low-" in name else FULL) == 0


def watchdog(name: str) -> Iterator[bool]:
    """Two reads of the TSC, at ``a`` and ``c``, and of a second clock, at ``b`` and ``d``."""
    threshold = 2
    times, bounded = range(FULL), header(name, "Gap") != ""
    ordered = name not in UNORDERED
    for a, b, c, d in combinations(times, 4) if ordered else product(times, repeat=4):
        if not b < d or (bounded and max(abs(b - a), abs(d - c)) > threshold):
            continue
        for start in range(HALF):
            tsc = (c - a) % HALF
            other = ((start + d) % HALF - (start + b) % HALF) % HALF
            apart = (tsc - other) % HALF
            yield (apart if apart < HALF // 2 else -apart % HALF) > threshold


def warp(name: str) -> Iterator[bool]:
    """Whether the vCPU that is second to take the lock reads less than the first one stored."""
    emulation = header(name, "Emulation")
    if header(name, "Skew") == "any":
        for one, two, (first, then) in product(range(FULL), range(FULL), clocks(name)):
            if first + one < FULL and then + two < FULL:
                yield then + two < first + one
        return
    for first, then in clocks(name):
        if not emulation.startswith("bump"):
            yield then < first
            continue
        for one in range(FULL - 1):  # the last values that can be bumped without a wrap
            value = bumped(first, one)
            own = range(FULL - 1) if emulation == "bump-vcpu" else (value,)
            yield from (bumped(then, two) < value for two in own if two < FULL - 1)


PROGRAMS = {"mail": mail, "sub64": sub64, "divide": divide, "watchdog": watchdog, "warp": warp}


def exhausted(name: str) -> str:
    """The answer after every value has been tried."""
    seen = set()
    for holds in PROGRAMS[name.partition("-")[0]](name):
        seen.add(holds)
        if len(seen) == 2:
            break
    assert seen, "nothing meets the requirement"
    return "Sometimes" if len(seen) == 2 else "Always" if seen == {True} else "Never"


def test_there_are_files():
    """The files that the job names are among them, and every one has its program here."""
    assert {"mail-first-serial", "mail-att-two-units", "divide-trapped-clock"} <= set(FILES)
    assert {name.partition("-")[0] for name in FILES} == set(PROGRAMS)
    assert set(FILES) >= UNORDERED


@pytest.mark.slow
@sampled(3, "name", FILES)
def test_small_halves_give_the_same_answer(name):
    """By hand, by the solver at three bits, and as the header has it for 32 bits."""
    small = read_file(ROOT / f"litmus/{name}.litmus", f"{name}.litmus", WIDTH)
    assert exhausted(name) == decide(small).result == small.result
