"""Searching the machine of a cell: for what a property forbids, and for what has to be reachable."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.verdict import Reached

if TYPE_CHECKING:  # it imports z3
    from vtsc.engines.search.bmc import Search


def search_cell(
    content: Content,
    cell: Cell,
    monitors: Sequence[Any],
    depth: int,
    *,
    loose: Sequence[str] = (),
    lemmas: Sequence[tuple[str, str]] = (),
    confirm: bool = False,
) -> "Search":
    """Search the cell's machine for the targets of ``monitors``.

    ``lemmas``: owner and name of those that hold of every reachable state; they spare work. Witnesses
    of ``loose`` need not be canonical. ``confirm``: ask a plain solver as well.
    """
    from vtsc.engines.search.bmc import divides, search
    from vtsc.evidence.systems import chosen, own_sizes
    from vtsc.solver.feasibility import SolverFeasibility
    from vtsc.system.builder import build

    known = chosen(content, cell, own_sizes(content, cell), lemmas, frame=False)
    machine = content.model.build(cell.design, cell.host, cell.settings)
    system = build(machine, monitors, SolverFeasibility, lemmas=known)
    if known and divides(
        system
    ):  # hard questions get no easier by facts, and their times more varied
        system = build(machine, monitors, SolverFeasibility)
    return search(system, [m.name for m in monitors], depth, any_witness=loose, confirm=confirm)


class Reaching:
    """Every "sometimes" of a group: reached by a replayed run, never, or neither.

    They are searched for twice: most are reached in a few steps, which spares asking for a proof that
    they are not.
    """

    def __init__(
        self, content: Content, cells: Sequence[Cell], sometimes: Sequence[Any], depth: int
    ) -> None:
        self._content = content
        self._cell = cells[0]
        self._all = sometimes
        needed = {name for c in cells for name in content.properties[c.property].needs}
        self._loose = [s.name for s in sometimes if s.name not in needed]
        self._searched = 0
        self._witnesses: dict[str, Any] = {}
        self._never: set[str] = set()
        self.missing = list(sometimes)
        """Neither reached so far nor known to be never reached."""
        self._look(depth)

    def _look(self, depth: int) -> None:
        if not self.missing or depth <= self._searched:
            return
        found = search_cell(self._content, self._cell, self.missing, depth, loose=self._loose)
        self._searched = found.depth
        self._witnesses |= found.witnesses
        self._never |= found.never
        self._settle()

    def _settle(self) -> None:
        done = self._witnesses.keys() | self._never
        self.missing = [s for s in self.missing if s.name not in done]

    def result(self, never: set[str], depth: int) -> tuple[Reached, ...]:
        """The outcome for each; ``never`` names those that are proved, the others are searched for."""
        self._never |= never
        self._settle()
        self._look(depth)
        return tuple(self._outcome(s.name) for s in self._all)

    def _outcome(self, name: str) -> Reached:
        from vtsc.evidence.replay import trace_of

        witness = self._witnesses.get(name)
        cell = replace(self._cell, property=name)
        trace = trace_of(self._content, cell, witness) if witness is not None else None
        return Reached(name, name in self._never, self._searched, trace)
