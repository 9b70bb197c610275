"""The host's clocks beside its TSC, and when each call was made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from conformance.live.device import Device
from model.today.rates import raw_rate
from model.today.state import Sample

T = TypeVar("T")
ANCHORS = 40
"""The number of samples of which the tightest is taken."""


@dataclass(frozen=True)
class Span:
    """The time of a call: samples before and after it."""

    before: int
    after: int
    sample: Sample

    @property
    def width(self) -> int:
        """Its length in cycles."""
        return self.after - self.before


class HostClocks:
    """The raw clock and the wall time at any host TSC, from one sample of each."""

    def __init__(self, device: Device, khz: int) -> None:
        self._device = device
        self.raw = raw_rate(khz)
        """The ns that the raw clock advances in a cycle."""
        self._anchor = self._anchored(device.raw_ns)
        self.see_wall()

    def see_wall(self) -> None:
        """Look at the wall time again, which may have been slewed or set."""
        self._wall = self._anchored(self._device.wall_ns)

    def ns(self, cycles: int) -> int:
        """So many cycles in ns, rounded up."""
        return int(cycles * self.raw) + 1

    def _anchored(self, clock: Callable[[], int]) -> tuple[int, int]:
        """A host TSC, and a clock of the host then: the tightest of some samples."""
        tried = []
        for _ in range(ANCHORS):
            before, ns, after = self._device.tsc(), clock(), self._device.tsc()
            tried.append((after - before, (before + after) // 2, ns))
        return min(tried)[1:]

    def sample(self, rd: int) -> Sample:
        """The host's clocks at a host TSC."""
        at, ns = self._anchor
        at_wall, wall = self._wall
        return Sample(rd, ns + int((rd - at) * self.raw), wall + int((rd - at_wall) * self.raw))

    def timed(self, call: Callable[[], T]) -> tuple[T, Span]:
        """A call of the host, and when it was made. A refusal is passed on."""
        before = self._device.tsc()
        result = call()
        after = self._device.tsc()
        return result, Span(before, after, self.sample((before + after) // 2))
