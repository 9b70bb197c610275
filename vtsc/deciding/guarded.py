"""Work on cells that may cost so much and no more, and that may fail: an error costs its own cells alone."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vtsc.base.errors import NoStart, VtscError
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import model_error
from vtsc.deciding.limits import NO_LIMIT, Limit
from vtsc.deciding.verdict import Reached, Result, Status

if TYPE_CHECKING:  # these import z3
    from vtsc.engines.task import Key


@dataclass(frozen=True)
class Open:
    """A cell that the engines with a shared preparation leave open, with the findings so far."""

    cell: Cell
    sometimes: tuple[Reached, ...]
    lemmas: "tuple[Key, ...]" = ()
    """Owner and name of the lemmas that hold of every reachable state."""
    doubt: str = ""
    """The difference between functions and the rules that those engines were given, if there is one."""
    seconds: float = 0.0
    units: int = 0


def guarded(
    case: Case,
    cells: Sequence[Cell],
    work: "Callable[[], Iterable[Result | Open]]",
    limit: Limit = NO_LIMIT,
) -> list[Result | Open]:
    """The results that ``work`` finds, with their cost; where it fails, each of the cells is an error.

    Where memory runs out, `MemoryError` is raised, which ends the process that decides the cell.
    """
    from vtsc.solver.clock import OutOfTime, at_most_seconds
    from vtsc.solver.memory import ran_out
    from vtsc.solver.units import OutOfUnits, at_most, spent

    started, before = time.monotonic(), spent()
    found: list[Result | Open]
    try:
        with at_most(limit.units), at_most_seconds(limit.seconds):
            found = list(work())
    except OutOfUnits:
        found = [_stopped(cell, limit.reason(spent() - before), limit.late) for cell in cells]
    except OutOfTime:
        found = [_stopped(cell, limit.over(spent() - before), True) for cell in cells]
    except NoStart as error:
        found = [failed(cell, model_error(case.content, error)) for cell in cells]
    except VtscError as error:
        found = [failed(cell, error) for cell in cells]
    except (Exception, SystemExit) as error:  # a model may do anything
        if isinstance(error, MemoryError) or ran_out(error):
            raise MemoryError from None
        named = model_error(case.content, error)
        found = [failed(cell, named) for cell in cells]
    seconds = (time.monotonic() - started) / len(cells)
    units = -(-(spent() - before) // len(cells))
    return [replace(x, seconds=seconds, units=units) for x in found]


def _stopped(cell: Cell, reason: str, late: bool) -> Result:
    return Result(cell, Status.UNKNOWN, 0, "bmc", 0.0, reason, late=late)


def failed(cell: Cell, error: Exception) -> Result:
    """The result of a cell that cannot be decided because of an error."""
    status = getattr(error, "status", None)
    return Result(cell, Status.ERROR, 0, "bmc", 0.0, str(error), exit=status)
