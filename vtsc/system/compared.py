"""A machine compared with itself after an exchange of instances, for claims about any number of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.base.lines import Line, nothing_wanted
from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.symbolic.paths import Feasibility
from vtsc.symbolic.terms import Arena
from vtsc.system.alike import Alike
from vtsc.system.builder import explored
from vtsc.system.instances import everyone


@dataclass(frozen=True)
class Compared:
    """What is found where instances are exchanged."""

    differs: str
    """How steps, starts or lemmas are not the same for all instances of a kind; empty if they are."""
    noted: tuple[tuple[Line, str], ...]
    """What was done with numbers of instances, and by which lines, that another size may notice."""


def compared(
    machine: Any,
    monitors: Sequence[Monitor],
    feasibility: Callable[[Arena], Feasibility],
    calls: Sequence[Call] | None = None,
) -> Compared:
    """Compare a machine and its monitors with themselves after instances have been exchanged.

    Starts are compared for the instances of which the machine says that they start alike, steps for all.
    ``calls``: those that are looked at, among which are those that stand for others; None for every call.
    """
    noted: dict[tuple[Line, str], None] = {}
    system, known = explored(
        machine,
        monitors,
        feasibility,
        nothing_wanted,
        (),
        calls,
        lambda line, what: noted.setdefault((line, what)),
    )
    alike = Alike(system, machine.sizes, machine.kinds, known)
    differs = alike.starts_differ(machine.symmetric) or alike.steps_differ(everyone(machine))
    return Compared(differs, tuple(noted))
