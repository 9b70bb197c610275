"""What a scaled TSC says of the host's: several host TSCs may show the same value, or none."""

from model.today.state import FRACTION
from vtsc.language import u64

PLACES = 48, 32
"""The binary places of a scaling ratio: Intel's, AMD's."""
Span = tuple[int, int]
"""The least and the greatest of some host TSCs, in cycles."""
WIDE = 1 << 62
"""A span of so many cycles says nothing."""
WORD = 1 << 64


def scaled(tsc: int, ratio: int) -> int:
    """A host TSC as a ratio (in 2^-48) makes it, in cycles of the guest."""
    return u64(tsc * ratio >> FRACTION)


def host_span(ratio: int, low: int, high: int, within: Span) -> Span | None:
    """The host TSCs of a span that a ratio scales to ``low`` to ``high``; None where there is none."""
    if ratio:
        first = -((-low << FRACTION) // ratio)
        last = -((-(high + 1) << FRACTION) // ratio) - 1
    else:
        first, last = within if low <= 0 <= high else (1, 0)
    first, last = max(first, within[0]), min(last, within[1])
    return (first, last) if first <= last else None


def near(value: int, to: int) -> int:
    """The number that is equal to ``value`` modulo 2^64, and nearest to another one."""
    return value + ((to - value + WORD // 2) // WORD) * WORD
