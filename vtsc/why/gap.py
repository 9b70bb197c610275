"""The gap in the proof of a cell that is not decided: the step that fails, and the fields to speak of."""

from vtsc.base.errors import VtscError
from vtsc.content.case import Case
from vtsc.engines.proof.gap import Gap, gap
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.systems import Systems


def gap_of(case: Case, prop: str) -> Gap | None:
    """The gap in the proof by lemmas; None where none is found, also because something cannot be explored."""
    try:
        system = Systems(case).own([case.property(prop)], case.lemmas(prop))
        return gap(Induction(system), prop)
    except VtscError:
        return None
