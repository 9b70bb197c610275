"""A machine compared with itself after an exchange of instances, for claims about any number of them."""

from collections.abc import Callable, Sequence
from typing import Any

from vtsc.base.lines import Line
from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.symbolic.paths import Feasibility
from vtsc.symbolic.terms import Arena
from vtsc.system.alike import compared
from vtsc.system.builder import explored
from vtsc.system.system import Compared


def compare(
    machine: Any,
    monitors: Sequence[Monitor],
    feasibility: Callable[[Arena], Feasibility],
    calls: Sequence[Call] | None = None,
) -> Compared:
    """Compare a machine and its monitors with themselves after instances have been exchanged.

    ``calls``: those that are compared, among which are those that stand for others; None for every call.
    """
    noted: dict[tuple[Line, str], None] = {}
    found = explored(
        machine,
        monitors,
        feasibility,
        calls=calls,
        noted=lambda line, what: noted.setdefault((line, what)),
    )
    return compared(machine, found.whole, found.known, noted)
