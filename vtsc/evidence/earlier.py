"""Saved counterexamples as hints: the run that violated a cell before is tried first at its depth.

It is in no way believed: a search has to exclude shorter runs, the run has to be one of today's system, and
it is made least and replayed as if it had just been found.
"""

from collections.abc import Iterable, Mapping

from vtsc.base.errors import BadFileError
from vtsc.content.case import Case
from vtsc.evidence.places import named
from vtsc.evidence.replay import hit_of
from vtsc.evidence.trace import Trace, load_trace
from vtsc.native.witness import Earlier, Witness

FOLDER = "counterexamples"


def saved_trace(case: Case, prop: str) -> Trace | None:
    """The cell's saved counterexample; None where none is saved, or it cannot be read."""
    return _saved(case, prop, case.changed(prop))


def earlier_run(case: Case, prop: str) -> Earlier | None:
    """The run of the cell's saved counterexample; None where there is none that can be read.

    Where the cell has none, that of the same cell with the usual number of instances will do: its calls, and
    the inputs that it has, may well be those of a run of a larger machine.
    """
    changed = case.changed(prop)
    usual = {n: v for n, v in changed.items() if n not in case.content.model.kinds.values()}
    trace = _saved(case, prop, changed)
    other = _saved(case, prop, usual) if trace is None and usual != changed else None
    found = trace or other
    return None if found is None else Earlier(_run(found), same=trace is not None)


def _saved(case: Case, prop: str, changed: Mapping[str, int | str]) -> Trace | None:
    name = named(f"{case.design}.{case.host}.{prop}", changed)
    path = case.content.root / FOLDER / f"{name}.json"
    if not path.is_file():
        return None
    try:
        return load_trace(path)
    except BadFileError:
        return None


def _run(trace: Trace) -> Witness:
    """The run of a trace up to the step that hits its target."""
    steps = trace.steps[: trace.hit_at]
    inputs = tuple(dict(step.inputs) for step in steps)
    return Witness(tuple(step.call for step in steps), inputs, dict(trace.initial_inputs))


def violated_before(case: Case, properties: Iterable[str], depth: int) -> frozenset[str]:
    """The properties whose saved counterexamples a plain run still shows, in up to ``depth`` steps."""
    found = ((prop, earlier_run(case, prop)) for prop in properties)
    runs = [(prop, each.run) for prop, each in found if each is not None]
    return frozenset(p for p, run in runs if len(run.calls) <= depth and _is_hit(case, p, run))


def _is_hit(case: Case, prop: str, run: Witness) -> bool:
    try:
        return hit_of(case, prop, run) == len(run.calls)
    except (Exception, SystemExit):  # a model may do anything; what decides the cell tells
        return False
