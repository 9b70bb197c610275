"""The cost of solving, in Z3's resource units, and the budget that a process may spend.

Unlike seconds, units repeat from run to run. A budget is kept where solvers are asked: no question may cost
more than what is left (`within`), and once it is spent, `OutOfUnits` ends whatever is being done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import z3


class OutOfUnits(BaseException):
    """The budget is spent. Like Ctrl-C it ends all that is being done, so nothing takes it for an answer."""

    def __init__(self, spent: int) -> None:
        super().__init__(f"{spent} units of the solver are spent")
        self.spent = spent


class _Meter:
    """What has been spent in contexts of their own, and the number at which the budget ends."""

    elsewhere = 0
    began = 0
    end: int | None = None
    asked: Any = None
    """The context of the question that is being asked."""


def spent() -> int:
    """The units that this process has spent so far in Z3, in all solvers together."""
    return _count(_asked()) + _Meter.elsewhere


@contextmanager
def at_most(units: int | None) -> Iterator[None]:
    """A context in which this process may spend so many units; None: as many as it takes."""
    before = (_Meter.began, _Meter.end)
    _Meter.began = spent()
    _Meter.end = None if units is None else _Meter.began + units
    try:
        yield
    finally:
        _Meter.began, _Meter.end = before


def within(budget: int) -> int:
    """The units that one question may cost: its own budget, but no more than is left of the process's."""
    if _Meter.end is None:
        return budget
    left = _Meter.end - spent()
    if left <= 0:
        raise OutOfUnits(spent() - _Meter.began)
    return min(budget, left)


def check(solver: Any, *assumptions: Any) -> Any:
    """A solver's answer; raises `OutOfUnits` where the budget is spent by then."""
    own = solver.ctx is not z3.main_ctx()
    before = _count(solver) if own else 0
    _Meter.asked = solver.ctx
    try:
        answer = solver.check(*assumptions)
    finally:
        _Meter.asked = None
        _Meter.elsewhere += _count(solver) - before if own else 0
    keep_to_budget()
    return answer


def interrupt() -> None:
    """End the question that is being asked; to be called from another thread."""
    asked = _Meter.asked
    if asked is not None:
        asked.interrupt()


def keep_to_budget() -> None:
    """Raise `OutOfUnits` where the budget is spent."""
    if _Meter.end is not None and spent() >= _Meter.end:
        raise OutOfUnits(spent() - _Meter.began)


def why_unknown(solver: Any) -> str:
    """Why a solver's answer is unknown; Z3 says "canceled" where the budget has run out."""
    reason = str(solver.reason_unknown())
    spent_all = reason == "canceled" or "resource limit" in reason
    return "its budget ran out" if spent_all else reason


def _count(solver: Any) -> int:
    """The units that have been spent in the context of a solver."""
    counts = (value for key, value in solver.statistics() if key == "rlimit count")
    return int(next(counts, 0))


@cache
def _asked() -> Any:
    """A solver that is used for nothing but to read its statistics."""
    return z3.Solver()
