"""Which rates a host's TSC may have, the one that a page tells, and how far kvmclock jumps by the drift."""

from fractions import Fraction

from model.today.rates import factors, page_rate, raw_rate

LEAST_KHZ = 7_159
"""Below this rate, no TSC is known; the kernel would halve the raw clock's multiplier once more."""
MAX_KHZ = 2**32 - 1
"""The kernel keeps a TSC's rate in 32 bits."""
ACCEPTED = f"a whole number from {LEAST_KHZ} to {MAX_KHZ}"
"""The rates that are accepted, in words."""


def jump(khz: int, age: Fraction) -> Fraction:
    """The nanoseconds by which kvmclock jumps when its master pair, ``age`` seconds old, is taken anew.

    The age is counted by the TSC, at its nominal rate.
    """
    cycles = age * khz * 1000
    return cycles * (raw_rate(khz) - page_rate(khz))


def khz_of(mult: int, shift: int) -> int | None:
    """The rate in kHz for which a page has this multiplier and shift; None where there is none."""
    if mult <= 0 or not -32 <= shift <= 31:
        return None
    middle = int(10**6 / (Fraction(mult, 2**32) * Fraction(2) ** shift))
    tried = (k for k in range(middle - 2, middle + 3) if LEAST_KHZ <= k <= MAX_KHZ)
    return next((k for k in tried if factors(10**9, k * 1000) == (shift, mult)), None)
