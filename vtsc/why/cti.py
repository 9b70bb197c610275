"""Failed inductions: a step that lemmas allow and that violates a cell, and the lemmas that were dropped."""

from dataclasses import dataclass

from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.engines.proof.cti import Counterexample, Finder
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.systems import Systems


@dataclass(frozen=True)
class FailedInduction:
    """A cell that lemmas leave open, the step (None: there is none), and the lemmas that do not hold."""

    cell: Cell
    step: Counterexample | None
    dropped: tuple[str, ...]


def failed_induction(case: Case, prop: str) -> FailedInduction:
    """The step on which the induction of a cell fails, and the lemmas that it drops."""
    systems = Systems(case)
    system = systems.own([case.property(prop)], case.lemmas(prop))
    finder = Finder(Induction(system))
    dropped = tuple(lemma.name for lemma in finder.dropped(prop))
    return FailedInduction(case.cell(prop), finder.of_target(prop), dropped)
