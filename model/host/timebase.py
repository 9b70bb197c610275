"""The unit of true time: one in which a nanosecond and a nominal cycle are whole numbers. [choice-time]"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from model.arithmetic import NSEC_PER_MSEC, common_unit
from vtsc.language import floored, is_varied, whole

TIMES = (
    "clock_resolution",
    "clock_resolution_unstable",
    "timeslice",
    "dormancy",
    "exit_interval",
    "entry_delay",
    "sampling_gap",
    "timer_least",
    "accelerate_by",
    "tsc_writes_until",
)
"""Parameters that are compared with true time, and so must be whole numbers of its unit."""


@dataclass(frozen=True)
class Timebase:
    """``ns`` and ``cycle`` are counted in time units; ``khz`` is the nominal rate."""

    unit: Fraction
    khz: int

    @cached_property
    def ns(self) -> int:
        """Time units in a nanosecond."""
        return self.units(Fraction(1))

    @cached_property
    def cycle(self) -> int:
        """Time units in a nominal cycle."""
        return self.units(Fraction(NSEC_PER_MSEC, self.khz))

    def units(self, duration_ns: Fraction) -> int:
        """A duration in ns as a whole number of time units."""
        return whole(duration_ns / self.unit)

    def cycles(self, duration_ns: Fraction) -> int:
        """Nominal cycles in a duration, rounded down."""
        return floored(duration_ns * Fraction(self.khz, NSEC_PER_MSEC))


def timebase(settings: Any) -> Timebase:
    """The time base for these settings: the longest unit that fits all of them.

    A time that stands for a whole range must fit the unit that the others give.
    """
    khz = settings["virtual_khz"]
    durations = [Fraction(1), Fraction(NSEC_PER_MSEC, khz)]
    times = [settings[name] for name in TIMES]
    durations += [x for x in times if not is_varied(x) and x]
    return Timebase(common_unit(durations), khz)
