"""The budget of a gate: what a manifest and the command line allow it to spend."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MOST = 10**15
"""The greatest number that is accepted."""


@dataclass(frozen=True)
class Budget:
    """Limits, in units of the solver; None where there is none."""

    per_cell: int | None = None
    """The units that deciding one cell may cost."""
    in_all: int | None = None
    """The units that deciding all cells may cost."""
    seconds_per_cell: int | None = None
    """A backstop: the seconds that a cell may take by the clock. It does not repeat from run to run."""

    @property
    def in_units(self) -> bool:
        """Whether there is a limit in units."""
        return self.per_cell is not None or self.in_all is not None

    def overridden(self, given: Mapping[str, int | None]) -> "Budget":
        """The same with other limits, where some are given."""
        return replace(self, **{name: n for name, n in given.items() if n is not None})


NAMES = tuple(each.name for each in fields(Budget))


def is_limit(value: Any) -> bool:
    """Whether a value can be a limit: a whole number from 1 on."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST
