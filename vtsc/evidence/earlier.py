"""Saved counterexamples as hints: the run that violated a cell before is tried first at its depth.

It is in no way believed: a search has to exclude shorter runs, the run has to be one of today's system, and
it is made least and replayed as if it had just been found.
"""

from vtsc.base.errors import BadFileError
from vtsc.content.case import Case
from vtsc.evidence.places import named
from vtsc.evidence.trace import Trace, load_trace
from vtsc.native.witness import Witness

FOLDER = "counterexamples"


def saved_trace(case: Case, prop: str) -> Trace | None:
    """The cell's saved counterexample; None where none is saved, or it cannot be read."""
    name = named(f"{case.design}.{case.host}.{prop}", case.changed(prop))
    path = case.content.root / FOLDER / f"{name}.json"
    if not path.is_file():
        return None
    try:
        return load_trace(path)
    except BadFileError:
        return None


def earlier_run(case: Case, prop: str) -> Witness | None:
    """The run of the cell's saved counterexample; None where there is none that can be read."""
    trace = saved_trace(case, prop)
    if trace is None:
        return None
    steps = trace.steps[: trace.hit_at]
    inputs = tuple(dict(step.inputs) for step in steps)
    return Witness(tuple(step.call for step in steps), inputs, dict(trace.initial_inputs))
