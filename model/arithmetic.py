"""The kernel's fixed-point functions, which are exact over integers and over bit vectors.

They mirror kvm_get_time_scale, pvclock_scale_delta and nsec_to_cycles.
[time-scale, scale-delta, nsec-to-cycles]
"""

from fractions import Fraction
from math import gcd, lcm

from vtsc.language import integer, scaled, u64

NSEC_PER_MSEC = scaled(10**6, small=2)
NSEC_PER_SEC = 1000 * NSEC_PER_MSEC
HZ_PER_KHZ = 1000


def low32(x: int) -> int:
    """The low 32 bits of ``x``."""
    return x & 0xFFFF_FFFF


def time_scale(scaled_hz: int, base_hz: int) -> tuple[int, int]:
    """(shift, mult) that convert counts of ``base_hz`` into counts of ``scaled_hz``; both > 0."""
    base, scaled, shift = base_hz, scaled_hz, 0
    while base > 2 * scaled or base >> 32:
        base >>= 1
        shift -= 1
    ticks = low32(base)
    while ticks <= scaled or scaled >> 32:
        if scaled >> 32 or ticks >> 31:
            scaled >>= 1
        else:
            ticks = low32(ticks << 1)
        shift += 1
    return shift, low32((low32(scaled) << 32) // ticks)


def scale(delta: int, mult: int, shift: int) -> int:
    """``delta`` (u64) scaled by mult * 2^(shift - 32); a 96-bit product, truncated to 64 bits."""
    d = u64(delta)
    shifted = u64(d << shift) if shift >= 0 else d >> -shift
    return u64(integer(shifted) * mult >> 32)


def nsec_to_cycles(ns: int, khz: int) -> int:
    """Cycles at ``khz`` in ``ns`` nanoseconds, the product taken mod 2^64."""
    return u64(ns * khz) // NSEC_PER_MSEC


def later(a: int, b: int) -> int:
    """The greater of two u64 values (max_u)."""
    return u64(a) if u64(a) >= u64(b) else u64(b)


def lesser(a: int, b: int) -> int:
    """The lesser of two u64 values (min_u)."""
    return u64(a) if u64(a) <= u64(b) else u64(b)


def common_unit(durations: list[Fraction]) -> Fraction:
    """The longest time of which every one of ``durations`` (all > 0) is a whole multiple."""
    return Fraction(
        gcd(*(d.numerator for d in durations)), lcm(*(d.denominator for d in durations))
    )
