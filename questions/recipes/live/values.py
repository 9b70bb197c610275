"""The numbers of a recipe on a host, whose TSC has a rate of its own: a recipe's cycles are nanoseconds."""

from collections.abc import Callable, Mapping

from conformance.live.device import Clock
from questions.recipes.script import Literal, Now, Op, Part, Saved, Value
from questions.recipes.world import KHZ
from vtsc.language import u64

NS, RATE, CYCLES = "ns", "kHz", "cycles"
UNITS = {"clock": NS, "realtime": NS, "khz": RATE}
"""The units of fields; those of all others are cycles."""
PLAIN = 1000
"""Numbers below it, and those that are negative, are meant as they are: 0 and 1 are no durations."""


class Numbers:
    """What the values of a recipe stand for on a host: what was saved there, and what it has now.

    ``now``: reads a field of a vCPU on the host.
    """

    def __init__(self, khz: int, now: Callable[[int, str], int]) -> None:
        self.khz, self._now = khz, now
        self.saved: dict[tuple[str, int], int] = {}
        self.records: dict[str, Clock] = {}

    def of(self, value: Value, field: str, who: int) -> int:
        """The number that a value of a field stands for, in the unit of the field, mod 2^64."""
        unit = UNITS.get(field, CYCLES)
        if isinstance(value, Literal):
            return self._literal(value.value, unit)
        if isinstance(value, Saved):
            what, vcpu = value.field or field, who if value.vcpu is None else value.vcpu
            key = (what, 0 if UNITS.get(what) == NS else vcpu)
            return self._in(unit, self.saved[key], UNITS.get(what, CYCLES))
        if isinstance(value, Now):
            what, vcpu = value.field or field, who if value.vcpu is None else value.vcpu
            return self._in(unit, self._now(max(vcpu, 0), what), UNITS.get(what, CYCLES))
        if isinstance(value, Part):
            found: int = getattr(self.records[value.record], value.name)
            return self._in(unit, found, UNITS.get(value.name, CYCLES))
        return self._combined(value, field, who)

    def _combined(self, value: Op, field: str, who: int) -> int:
        scales = value.operator in ("*", "//")
        left, right = (
            each.value if scales and isinstance(each, Literal) else self.of(each, field, who)
            for each in (value.left, value.right)
        )
        return u64(OPERATORS[value.operator](left, right))

    def _literal(self, number: int, unit: str) -> int:
        if unit == NS or number < PLAIN or number >= 1 << 63:
            return number
        return number * self.khz // KHZ

    def _in(self, unit: str, number: int, of: str) -> int:
        """A number of one unit in another one."""
        if unit == of:
            return number
        return number * self.khz // KHZ if of == NS else number * KHZ // self.khz


OPERATORS: Mapping[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "or": lambda left, right: left or right,
}
