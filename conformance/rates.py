"""The rates at which a host's TSC becomes nanoseconds: that of the raw clock, and that of a kvmclock page."""

from dataclasses import dataclass
from fractions import Fraction

from model.arithmetic import time_scale

MAX_KHZ = 2**32 - 1
"""The kernel keeps a TSC's rate in 32 bits."""
LONGEST_SLEEP_MS = 600_000
"""The kernel chooses a clock source's shift so that ten minutes do not overflow."""
MAX_ADJUSTMENT = Fraction(11, 100)
"""The share by which the kernel may speed a clock source up."""


@dataclass(frozen=True)
class Rate:
    """``mult`` / 2^``shift`` nanoseconds a cycle."""

    mult: int
    shift: int

    @property
    def exact(self) -> Fraction:
        """Nanoseconds a cycle."""
        return Fraction(self.mult) / Fraction(2) ** self.shift


def raw_rate(khz: int) -> Rate:
    """The rate of the raw clock, as the kernel rounds it for a clock source of ``khz``. [raw-rate]"""
    spare = 32 - ((LONGEST_SLEEP_MS * khz) >> 32).bit_length()
    shift = 32
    mult = _rounded(khz, shift)
    while mult >> spare and shift > 1:
        shift -= 1
        mult = _rounded(khz, shift)
    while mult + int(mult * MAX_ADJUSTMENT) >> 32:
        mult, shift = mult >> 1, shift - 1
    return Rate(mult, shift)


def _rounded(khz: int, shift: int) -> int:
    return ((10**6 << shift) + khz // 2) // khz


def page_rate(khz: int) -> Rate:
    """The rate by which a guest extrapolates from its kvmclock page. [time-scale]"""
    shift, mult = time_scale(10**9, khz * 1000)
    return Rate(mult, 32 - shift)


def drift(khz: int) -> Fraction:
    """By how much the raw clock is faster than a kvmclock page, as a share of the page's rate."""
    return raw_rate(khz).exact / page_rate(khz).exact - 1


def jump(khz: int, age: Fraction) -> Fraction:
    """The nanoseconds by which kvmclock jumps when its master pair, ``age`` seconds old, is taken anew.

    The age is counted by the TSC, at its nominal rate.
    """
    cycles = age * khz * 1000
    return cycles * (raw_rate(khz).exact - page_rate(khz).exact)


def khz_of(mult: int, shift: int) -> int | None:
    """The rate in kHz for which a page has this multiplier and shift; None where there is none."""
    if mult <= 0 or not -32 <= shift <= 31:
        return None
    near = Fraction(10**6) / Rate(mult, 32 - shift).exact
    middle = int(near)
    tried = (k for k in range(middle - 2, middle + 3) if 0 < k <= MAX_KHZ)
    return next((k for k in tried if page_rate(k) == Rate(mult, 32 - shift)), None)
