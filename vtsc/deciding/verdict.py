"""Verdicts, and the exit status to which each leads."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from vtsc.base.errors import Exit
from vtsc.content.cells import Cell
from vtsc.content.expected import HOLDS
from vtsc.evidence.trace import Trace
from vtsc.native.interpreter import Run

if TYPE_CHECKING:  # it imports z3
    from vtsc.evidence.certificate import Certificate


class Status(StrEnum):
    """The kinds of verdict that a cell can get."""

    VIOLATED = "violated"
    PROVED = "proved"
    PROVED_NO_WRAP = "proved_no_wrap"
    BOUNDED = "bounded"
    VACUOUS = "vacuous"
    UNKNOWN = "unknown"
    ERROR = "error"


@dataclass(frozen=True)
class Reached:
    """A "sometimes" of a cell: reached by a replayed run, or proved never to happen, or neither."""

    name: str
    never: bool
    searched: int
    """The depth of the search."""
    trace: Trace | None = None
    lemmas: tuple[tuple[str, str], ...] = ()
    """Owner and name of the lemmas by which it never happens, where any are needed."""
    steps: int | None = None
    """The steps of the run that reached it, where this is remembered without the run."""

    @property
    def depth(self) -> int | None:
        """The steps of the run that reaches it."""
        return self.trace.hit_at if self.trace else self.steps


@dataclass(frozen=True)
class Result:
    """A cell's verdict with its evidence. ``depth``: that of the violation, or of the search."""

    cell: Cell
    status: Status
    depth: int
    engine: str
    seconds: float
    reason: str = ""
    trace: Trace | None = None
    certificate: "Certificate | None" = None
    """The checked proof of a cell that is proved."""
    run: Run | None = None
    """The replayed trace with the property's `blame`, for the story."""
    sometimes: tuple[Reached, ...] = field(default=())
    searched: int | None = None
    """For a violation that may not be the shortest: the depth to which shorter ones were searched for."""
    doubt: str = ""
    """For a violation that was replayed: why the search for shorter ones is not believed."""
    exit: Exit | None = None
    """The exit status to which an error leads, or a cell whose process ended before it was decided."""
    units: int = 0
    """The cost of deciding it, in the solver's units; 0 where its evidence was only checked again."""
    remembered: bool = False
    """Whether an earlier run decided it, and no question about it was asked this time."""

    late: bool = False
    """Whether the clock stopped it, so that another run may find more."""

    @property
    def lasting(self) -> bool:
        """Whether the same question has the same answer again."""
        return not (self.late or self.doubt)

    @property
    def text(self) -> str:
        """The verdict as reports spell it."""
        return {
            Status.VIOLATED: f"VIOLATED({self.depth})",
            Status.PROVED: "PROVED",
            Status.PROVED_NO_WRAP: "PROVED_NO_WRAP",
            Status.BOUNDED: f"HOLDS_TO({self.depth})",
            Status.VACUOUS: "VACUOUS",
            Status.UNKNOWN: "UNKNOWN",
            Status.ERROR: "ERROR",
        }[self.status]


@dataclass(frozen=True)
class Judged:
    """A result, the verdict expected of its cell (``holds`` or a depth), and its exit status."""

    result: Result
    expected: str | None
    status: Exit
    because: str = ""
    """Why the verdict is expected, in a sentence, where a manifest says it."""
    instead: str = ""
    """What of its design is violated instead, where an expected violation was not found."""

    @property
    def wanted(self) -> bool:
        """Whether the verdict is as wanted."""
        return self.status is Exit.OK


def lost(cell: Cell, why: str) -> Result:
    """The result of a cell whose process ended before it was decided: nothing is known of it."""
    return Result(cell, Status.UNKNOWN, 0, "bmc", 0.0, f"not decided: {why}", exit=Exit.UNKNOWN)


def status_of(result: Result, *, expected: str | None, bounded: bool) -> Exit:
    """The contribution of one cell to the exit status.

    ``expected`` is the wanted verdict, ``holds`` or a depth; None means ``holds``. If ``bounded``,
    HOLDS_TO is enough.
    """
    if result.status is Status.ERROR:
        return result.exit or Exit.INTERNAL
    if result.exit is not None:
        return result.exit
    wanted = expected or HOLDS
    if result.status is Status.VIOLATED:
        return Exit.OK if wanted == str(result.depth) else Exit.VIOLATED
    if wanted != HOLDS:
        return Exit.NOT_FOUND
    if result.status is Status.VACUOUS:
        return Exit.VACUOUS
    if result.status is Status.UNKNOWN:
        return Exit.UNKNOWN
    if result.status is Status.PROVED or (result.status is Status.BOUNDED and bounded):
        return Exit.OK
    return Exit.UNKNOWN
