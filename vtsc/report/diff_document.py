"""What a change of a design changes as JSON, of the schema vtsc.diff/1."""

import json
from typing import TYPE_CHECKING, Any

from vtsc import __version__
from vtsc.deciding.bound import Bound
from vtsc.deciding.changes import Change, same_bound
from vtsc.deciding.pairs import Difference
from vtsc.deciding.verdict import Result
from vtsc.evidence.trace import plain
from vtsc.native.paired import Lane, PairRun
from vtsc.report.bounds import number

if TYPE_CHECKING:
    from vtsc.report.diff import Compared, Diff

SCHEMA = "vtsc.diff/1"


def json_document(given: "Diff") -> str:
    """One object with the answer for each host, and every cell of which something changed."""
    old, new = given.contents
    found = {
        "schema": SCHEMA,
        "tool": f"vtsc {__version__}",
        "model_digest": old.digest_of(given.names[0]),
        "new_model_digest": new.digest_of(given.names[1]),
        "old": given.names[0],
        "new": given.names[1],
        "hosts": [_compared(each) for each in given.compared],
        "verdicts": [_change(change) for change in given.changes if change.changed],
        "bounds": [_bounds(*pair) for pair in given.bounds],
        "unchanged": sum(not change.changed for change in given.changes),
    }
    return json.dumps(found, indent=1) + "\n"


def _compared(each: "Compared") -> dict[str, Any]:
    found = each.found
    return {
        "host": each.old.host,
        "params": {"old": each.old.settings.texts(), "new": each.new.settings.texts()},
        "status": found.kind.value,
        "depth": found.depth,
        "searched": found.searched,
        "shared": list(found.shared),
        "different": list(found.different),
        "lemmas": [{"name": name, "sentence": sentence} for name, sentence in found.lemmas],
        "reason": found.reason,
        "first_differs": _first(found),
        "steps": [] if found.run is None else _steps(found.run),
        "traces": dict(zip(("old", "new"), (t and t.as_json() for t in found.traces), strict=True)),
    }


def _first(found: Difference) -> dict[str, Any] | None:
    if found.first is None:
        return None
    return dict(zip(("step", "field"), found.first, strict=True))


def _steps(run: PairRun) -> list[dict[str, Any]]:
    return [
        {
            "action": step.call.name,
            "args": list(step.call.args),
            "differs": step.differs,
            "old": _lane(step.lanes[0]),
            "new": _lane(step.lanes[1]),
        }
        for step in run.steps
    ]


def _lane(lane: Lane) -> dict[str, Any]:
    observed = None if lane.observed is None else lane.observed.told(None)
    return {
        "waits": lane.waits,
        "observed": observed,
        "inputs": plain(lane.inputs),
        "state": plain(lane.values),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "host": change.host,
        "property": change.claim,
        "old": _result(change.old),
        "new": _result(change.new),
        "worse": change.worse,
        "evidence": change.evidence,
    }


def _bounds(old: Bound, new: Bound) -> dict[str, Any]:
    sides = {name: _bound(each) for name, each in (("old", old), ("new", new))}
    changed = not same_bound(old, new)
    return {"host": old.cell.host, "measure": old.measure, **sides, "changed": changed}


def _bound(found: Bound) -> dict[str, Any]:
    value = None if found.amount is None else number(found.amount)
    return {"kind": found.kind.value, "bound": value, "unit": found.unit, "reason": found.reason}


def _result(result: Result) -> dict[str, Any]:
    return {
        "status": result.status.value,
        "depth": result.depth,
        "engine": result.engine,
        "reason": result.reason,
    }
