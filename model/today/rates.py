"""Rates and the factors between them, and the rate of the host's own clock.

The factors of a pair of rates are computed once, so that two ways of
reaching the same state hold the same numbers.
"""

from fractions import Fraction
from functools import cache

from model.arithmetic import HZ_PER_KHZ, NSEC_PER_SEC, time_scale

SECONDS_KEPT = 600_000
"""The milliseconds for which the clock source's multiplication must not overflow (clocks_calc_mult_shift)."""


@cache
def factors(scaled_hz: int, base_hz: int) -> tuple[int, int]:
    """(shift, mult) that convert counts of ``base_hz`` into counts of ``scaled_hz``. [today-write]"""
    return time_scale(scaled_hz, base_hz)


def page_rate(khz: int) -> Fraction:
    """The nanoseconds per cycle with which a guest extrapolates from its page. [today-drift]"""
    shift, mult = factors(NSEC_PER_SEC, khz * HZ_PER_KHZ)
    return Fraction(mult, 2**32) * Fraction(2) ** shift


def raw_rate(khz: int) -> Fraction:
    """The nanoseconds per cycle with which the host's unslewed clock advances. [today-drift]

    The clock source's multiplier has as many bits as let ten minutes of cycles fit into 64 bits.
    """
    bits = 32 - ((SECONDS_KEPT * khz) >> 32).bit_length()
    for shift in range(32, 0, -1):
        mult = ((10**6 << shift) + khz // 2) // khz
        if mult >> bits == 0:
            return Fraction(mult, 2**shift)
    raise ValueError(f"no multiplier for {khz} kHz")


def drift(khz: int) -> Fraction:
    """How much faster the host's clock is than a guest's page, as a fraction. [today-drift]

    Where a new master clock is taken, kvmclock jumps by it times the age of the old one.
    """
    return raw_rate(khz) / page_rate(khz) - 1
