"""Why lemmas do not prove a cell: the step that they allow and that violates it, and the lemmas that fell."""

from dataclasses import dataclass

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.engines.proof.cti import Counterexample, Finder
from vtsc.engines.task import Task


@dataclass(frozen=True)
class FailedInduction:
    """A cell that lemmas leave open, the step (None: there is none), and the lemmas that do not hold."""

    cell: Cell
    step: Counterexample | None
    dropped: tuple[str, ...]


def failed_induction(content: Content, cell: Cell) -> FailedInduction:
    """The step on which the cell's induction fails."""
    machine = content.model.build(cell.design, cell.host, cell.settings)
    prop = content.properties[cell.property]
    lemmas = [*machine.lemmas(), *prop.lemmas(machine)]
    finder = Finder(Task(machine, prop, lemmas).induction)
    dropped = tuple(lemma.name for lemma in finder.dropped(cell.property))
    return FailedInduction(cell, finder.of_target(cell.property), dropped)
