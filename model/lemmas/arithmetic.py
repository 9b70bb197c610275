"""Claims about the result of `scale` for 64-bit values, for a few rates that occur in practice.

``register`` says what the 64-bit and 96-bit registers hold; the others follow from it over the integers.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from model.arithmetic import NSEC_PER_SEC, scale, time_scale
from vtsc.language import MASK, MODULUS, WIDTH, Claim, Claims, both, implies, u64

KHZ = (800_000, 1_000_000, 2_400_000, 3_000_000)
DAY = 86_400
"""The seconds of a day."""
FRACTION = 32
"""The multiplier counts in units of 2^-32."""
FEW_BITS = 12
"""A multiplier with more bits set than this is dense; here they have 1 or 2, or else 16 and more."""


@dataclass(frozen=True)
class Factors:
    """The factors with which counts at ``base_hz`` become counts at ``scaled_hz``."""

    scaled_hz: int
    base_hz: int
    shift: int
    mult: int

    @property
    def left(self) -> int:
        """Places by which the argument is shifted to the left."""
        return max(self.shift, 0)

    @property
    def right(self) -> int:
        """Places by which the argument is shifted to the right."""
        return max(-self.shift, 0)

    @property
    def limit(self) -> int:
        """The least value that the shift to the left makes wrap; 2^64 where none does."""
        return MODULUS >> self.left

    @property
    def unit(self) -> int:
        """The denominator of mult * 2^(shift - 32), which `scale` multiplies by."""
        return 1 << (FRACTION - self.shift)

    @property
    def shortfall(self) -> int:
        """The error from rounding the multiplier down: scaled_hz * unit - base_hz * mult."""
        return self.scaled_hz * self.unit - self.base_hz * self.mult

    @property
    def rounding(self) -> int:
        """The error, in 1/unit, from rounding the result down and shifting bits out is less than this."""
        return self.unit + ((1 << self.right) - 1) * self.mult

    @property
    def day(self) -> int:
        """The counts at the base rate in a day."""
        return DAY * self.base_hz

    @property
    def day_error(self) -> int:
        """The result for a day's counts is short of the exact value by less than this."""
        whole = self.day * self.shortfall + self.base_hz * self.rounding
        return -(-whole // (self.base_hz * self.unit))

    @property
    def dense(self) -> bool:
        """Whether the multiplier has too many bits for Z3 to follow a multiplication by bits."""
        return self.mult.bit_count() > FEW_BITS

    @property
    def farthest(self) -> int:
        """The result that 2^64 would have, which those of negative differences stay below."""
        return self.mult << (FRACTION - self.right)


def factors(scaled_hz: int, base_hz: int) -> Factors:
    """The factors that the kernel computes."""
    shift, mult = time_scale(scaled_hz, base_hz)
    return Factors(scaled_hz, base_hz, shift, mult)


def _shifted(f: Factors) -> str:
    """The first half of `scale` as a formula."""
    if f.right:
        return f"(d >> {f.right})"
    return f"((d << {f.left}) mod 2^64)" if f.left else "d"


def register(f: Factors) -> Claim:
    """The claim about the final contents of the registers, for every argument."""

    def holds(d: int) -> bool:
        kept = d - f.limit * (d >> (WIDTH - f.left))
        rest = ((kept << f.left) >> f.right) * f.mult - (scale(d, f.mult, f.shift) << FRACTION)
        return both(rest >= 0, rest < 1 << FRACTION)

    return Claim(
        "register",
        f"whatever d is, the result is {_shifted(f)} * {f.mult} / 2^32, rounded down, in full",
        f"0 <= {_shifted(f)}*{f.mult} - 2^32*scale(d) < 2^32",
        {"d": (0, MASK)},
        holds,
    )


def monotone(f: Factors) -> Claim:
    """The claim that more is never scaled to less, as long as nothing is shifted out."""

    def holds(a: int, b: int) -> bool:
        return implies(a <= b, scale(a, f.mult, f.shift) <= scale(b, f.mult, f.shift))

    return Claim(
        "monotone",
        f"below {_power(f.limit)}, more is never scaled to less",
        f"0 <= a <= b < {_power(f.limit)} -> scale(a) <= scale(b)",
        {"a": (0, f.limit - 1), "b": (0, f.limit - 1)},
        holds,
        by_bits=not f.dense,
    )


def fraction(f: Factors) -> Claim:
    """The claim about the distance from the argument times the fraction that the factors stand for."""

    def holds(d: int) -> bool:
        short = f.mult * d - f.unit * scale(d, f.mult, f.shift)
        return both(short >= 0, short < f.rounding)

    return Claim(
        "fraction",
        f"below {_power(f.limit)}, the result is d * {_ratio(f.mult, f.unit)} or less, by less than "
        f"{_ratio(f.rounding, f.unit)}",
        f"0 <= d < {_power(f.limit)} -> 0 <= {f.mult}*d - {f.unit}*scale(d) < {f.rounding}",
        {"d": (0, f.limit - 1)},
        holds,
        by_bits=not f.right or not f.dense,
    )


def error(f: Factors) -> Claim:
    """The claim about the distance of the result from the exact value."""

    def holds(d: int) -> bool:
        short = f.unit * (f.scaled_hz * d - f.base_hz * scale(d, f.mult, f.shift))
        rounded = short - f.shortfall * d
        return both(rounded >= 0, rounded < f.base_hz * f.rounding)

    least = _sum(f.shortfall, 0)
    short = f"{f.unit}*({f.scaled_hz}*d - {f.base_hz}*scale(d))"
    slope = f" and {_ratio(f.shortfall, f.base_hz * f.unit)} of d" if f.shortfall else ""
    return Claim(
        "error",
        f"below {_power(f.limit)}, the result is the exact value, d * "
        f"{_ratio(f.scaled_hz, f.base_hz)}, or less, by less than "
        f"{_ratio(f.rounding, f.unit)}{slope}",
        f"0 <= d < {_power(f.limit)} -> {least} <= {short} "
        f"< {_sum(f.shortfall, f.base_hz * f.rounding)}",
        {"d": (0, f.limit - 1)},
        holds,
        by_bits=False,
    )


def day(f: Factors) -> Claim:
    """The claim that bounds that distance for a day by one number."""

    def holds(d: int) -> bool:
        short = f.scaled_hz * d - f.base_hz * scale(d, f.mult, f.shift)
        return both(short >= 0, short < f.base_hz * f.day_error)

    return Claim(
        "day",
        f"for the counts of a day and less, the result is short of the exact value by less than "
        f"{f.day_error}",
        f"0 <= d <= {f.day} -> 0 <= {f.scaled_hz}*d - {f.base_hz}*scale(d) "
        f"< {f.base_hz}*{f.day_error}",
        {"d": (0, f.day)},
        holds,
        by_bits=False,
    )


def negative(f: Factors) -> Claim:
    """The claim about the result for a negative difference, which is not a negative one."""

    def holds(d: int) -> bool:
        coarse = (d + (1 << f.right) - 1) >> f.right
        less = ((f.mult << f.left) * coarse + (1 << FRACTION) - 1) >> FRACTION
        return scale(u64(0 - d), f.mult, f.shift) == f.farthest - less

    becomes = f"{f.farthest:#x} - {_less(f)}"
    return Claim(
        "negative",
        f"a difference of -d, for d > 0 below {_power(f.limit)}, becomes {becomes}, and not the "
        "opposite of what d becomes",
        f"0 < d < {_power(f.limit)} -> scale(2^64 - d) = {becomes}",
        {"d": (1, f.limit - 1)},
        holds,
        by_bits=not f.dense,
    )


def _less(f: Factors) -> str:
    """The distance from the result for -d to `Factors.farthest`, as a formula."""
    shared = gcd(f.mult << f.left, 1 << FRACTION)
    numerator, denominator = (f.mult << f.left) // shared, (1 << FRACTION) // shared
    coarse = f"ceil(d/{1 << f.right})" if f.right else "d"
    product = coarse if numerator == 1 else f"{coarse}*{numerator}"
    return product if denominator == 1 else f"ceil({product}/{denominator})"


def _power(value: int) -> str:
    """A power of two as text."""
    return f"2^{value.bit_length() - 1}"


def _ratio(numerator: int, denominator: int) -> str:
    return str(Fraction(numerator, denominator))


def _sum(slope: int, constant: int) -> str:
    """The text of ``slope * d + constant``."""
    parts = [f"{slope}*d"] if slope else []
    parts += [str(constant)] if constant or not slope else []
    return " + ".join(parts)


def claims(f: Factors, title: str) -> Claims:
    """All that is claimed of one pair of factors."""
    facts = {"scaled_hz": f.scaled_hz, "base_hz": f.base_hz, "shift": f.shift, "mult": f.mult}
    found = register(f), monotone(f), fraction(f), error(f), day(f), negative(f)
    return Claims(title, facts, found)


def all_claims() -> dict[str, Claims]:
    """All claims by the names of their kHz and direction."""
    found = {}
    for khz in KHZ:
        to_cycles = factors(khz * 1000, NSEC_PER_SEC)
        found[f"{khz}-to-cycles"] = claims(to_cycles, f"scale, ns to cycles at {khz} kHz")
        to_ns = factors(NSEC_PER_SEC, khz * 1000)
        found[f"{khz}-to-ns"] = claims(to_ns, f"scale, cycles at {khz} kHz to ns")
    return found
