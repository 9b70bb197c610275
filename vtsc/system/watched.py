"""A machine's state as a system sees it: with the ghosts of its monitors, and as outcomes of paths."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.language.actions import Step
from vtsc.language.claims import Monitor
from vtsc.language.state import Record, State, Value
from vtsc.stores.guard import Guard
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import Tree, joined

Outcome = dict[str, Any]


class Watched(State):
    """A machine's state with the ghosts of its monitors, as ``monitor.ghost`` records."""

    def __init__(self, guard: Guard, monitors: Sequence[Monitor]) -> None:
        super().__init__()
        self.inner = guard.state()
        self.records = dict(self.inner.records)
        self.ghosts: dict[str, dict[str, Any]] = {}
        for monitor in monitors:
            ghosts = guard.ghosts(monitor)
            self.ghosts[monitor.name] = ghosts
            self.records |= {f"{monitor.name}.{name}": g for name, g in ghosts.items()}
        self._starts = self.saved()

    def begin(self) -> None:
        """Restore every attribute of each record as it was at first, or when `mark` was last called."""
        self.restore(self._starts)

    def mark(self, values: Mapping[str, Mapping[str, Value]]) -> None:
        """Set the values that attributes of records have at first, by names of records and attributes."""
        for name, own in values.items():
            vars(self.records[name]).update(own)
        self._starts = self.saved()

    def observe(self, machine: Any, monitors: Sequence[Monitor], step: Step) -> dict[str, Any]:
        """The answer of each monitor about the step."""
        return {m.name: m.answer(machine, self.inner, self.ghosts[m.name], step) for m in monitors}


def merged(arena: Arena, tree: Tree[Outcome]) -> tuple[Condition, Outcome]:
    """The condition under which a tree's function is legal, and its outcome; leaves have the same names."""
    return joined(arena, tree, lambda name: None)


def attributes(record: Record) -> set[str]:
    """The attributes that a record may have: those that it was made with or that its classes declare."""
    announced = {name for cls in type(record).__mro__ for name in inspect.get_annotations(cls)}
    return announced | vars(record).keys()
