"""Shortens a run that hits a target: steps are left out as long as the target is still hit."""

from vtsc.content.case import Case
from vtsc.evidence.replay import hit_of
from vtsc.native.witness import Witness


def shortened(case: Case, name: str, run: Witness) -> Witness:
    """A run none of whose steps can be left out alone, and whose last step hits ``name``."""
    step = len(run.calls) - 1
    while step >= 0:
        shorter = _without(run, step)
        hit = hit_of(case, name, shorter)
        if hit is None:
            step -= 1
        else:
            run = Witness(shorter.calls[:hit], shorter.inputs[:hit], shorter.initial)
            step = min(step, hit) - 1
    return run


def _without(run: Witness, step: int) -> Witness:
    return Witness(
        run.calls[:step] + run.calls[step + 1 :],
        run.inputs[:step] + run.inputs[step + 1 :],
        run.initial,
    )
