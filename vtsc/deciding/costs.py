"""The cost of each cell when it was last decided, in the solver's units; kept from run to run.

Only the order in which cells are decided depends on these costs, and no verdict does.
"""

from collections.abc import Iterable

from vtsc.base.cache import keep, recalled
from vtsc.content.cells import Cell
from vtsc.deciding.verdict import Result

FILE = "costs.json"


class Costs:
    """The units spent on each cell in the last run that decided it."""

    def __init__(self) -> None:
        self._units: dict[str, int] = {}
        kept = recalled(FILE)
        try:
            self._units = {str(name): int(units) for name, units in kept.items()}
        except (ValueError, TypeError, AttributeError, OverflowError):
            return

    def of(self, cell: Cell) -> int | None:
        """The units of a cell; None where it has never been decided."""
        return self._units.get(_name(cell))

    def note(self, results: Iterable[Result]) -> None:
        """Keep what has just been spent; nothing is kept where that cannot be written."""
        new = {_name(r.cell): r.units for r in results if r.units and not r.remembered}
        if not new:
            return
        self._units |= new
        keep(FILE, dict(sorted(self._units.items())))


def _name(cell: Cell) -> str:
    texts = " ".join(f"{k}={v}" for k, v in cell.settings.texts().items())
    return f"{cell.design} {cell.host} {cell.property} {texts}"
