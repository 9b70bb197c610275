"""What one piece of work may cost, and what all of them together may.

A budget for all is spent case by case, in the order in which the cases are asked about: those that come first
are paid first. The first case for which too little is left is UNKNOWN, and so are all after it. What a case
costs does not depend on others, nor on how many processes there are, so neither does any verdict. A case that
is remembered costs what it cost when it was decided. Exactly as much as is left is too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vtsc.content.budget import Budget
from vtsc.deciding.verdict import Result, Status


@dataclass(frozen=True)
class Limit:
    """The limit of a piece of work; None where there is none."""

    units: int | None = None
    seconds: float | None = None
    cells: int = 1
    """The number of cells that are decided together."""
    before: int = 0
    """The units that were spent on them before."""
    late: bool = False
    """Whether it is what others have left, and not the cells' own."""

    def reason(self, spent: int) -> str:
        """The reason why a cell is not decided, once the units are spent."""
        return f"{self._told(spent)} of {(self.units or 0) + self.before}{self._shared()}"

    def over(self, spent: int) -> str:
        """The reason why a cell is not decided, once the time is over."""
        return f"stopped after {self.seconds:g} s; {self._told(spent)}{self._shared()}"

    def _told(self, spent: int) -> str:
        return f"spent {spent + self.before} units"

    def _shared(self) -> str:
        return f" for {self.cells} cells together" if self.cells > 1 else ""


NO_LIMIT = Limit()


def limit_of(budget: Budget, cells: int, before: int, left: int | None) -> Limit:
    """The limit of a piece of work on some cells, on which units were spent before.

    ``left``: the units that others leave of a budget for all, at most.
    """
    own = None if budget.per_cell is None else max(0, budget.per_cell * cells - before)
    seconds = None if budget.seconds_per_cell is None else float(budget.seconds_per_cell * cells)
    if left is not None and (own is None or left < own):
        return Limit(left, seconds, cells, before, late=True)
    return Limit(own, seconds, cells, before)


def accounted(results: Sequence[Sequence[Result]], in_all: int | None) -> list[list[Result]]:
    """The results of all cases in order, of which only those count that the budget for all pays for."""
    if in_all is None:
        return [[*of_case] for of_case in results]
    counted, left, over = [], in_all, False
    for of_case in results:
        cost = sum(r.units for r in of_case)
        over = over or cost >= left
        counted.append([_unpaid(r, left, in_all) for r in of_case] if over else [*of_case])
        left = 0 if over else left - cost
    return counted


def _unpaid(result: Result, left: int, in_all: int) -> Result:
    """The result of a cell for which too little is left; an error stays one."""
    if result.status is Status.ERROR:
        return result
    reason = f"spent the {left} units that were left of {in_all} in all"
    if not left:
        reason = f"spent 0 units, since nothing was left of {in_all} in all"
    return Result(result.cell, Status.UNKNOWN, 0, "bmc", 0.0, reason, late=True)
