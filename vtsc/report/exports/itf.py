"""ITF, the trace format of Apalache and Quint (Apalache's ADR 15): JSON, a state after each step.

Each record of the state is a variable. Three more say which step led to the state: ``action_taken``,
``action_args`` and ``inputs``. The trace's header is kept in ``#meta``.
"""

import json
from collections.abc import Mapping
from typing import Any

from vtsc.report.exports import Unreadable, is_json
from vtsc.report.exports.shown import ReadRow, Row, Shown, document, header

ABOUT = "https://apalache-mc.org/docs/adr/015adr-trace.html"
STEP = ("action_taken", "action_args", "inputs")
START = "init"
NUMBER, MAP = "#bigint", "#map"


def write(shown: Shown) -> str:
    """The run, a state to a line."""
    states = [_state(shown, row) for row in shown.rows]
    meta = {"format": "ITF", "format-description": ABOUT, "description": shown.done}
    head = {
        "#meta": {**meta, "vtsc": header(shown.trace)},
        "vars": [name for name in states[0] if name != "#meta"],
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    inside = ",\n  ".join(json.dumps(state) for state in states)
    return "{\n " + ",\n ".join(lines) + ',\n "states": [\n  ' + inside + "\n ]\n}\n"


def _state(shown: Shown, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "#meta": {"index": row.number, "source": list(row.source), "seen": row.seen},
        "action_taken": row.call.name if row.call else START,
        "action_args": [_out(arg) for arg in row.call.args] if row.call else [],
        "inputs": {MAP: [[name, _out(value)] for name, value in row.inputs.items()]},
    }
    for record, fields in row.state.items():
        *above, last = record.split(".")
        place = found
        for name in above:
            place = place.setdefault(name, {})
        place[last] = {name: _out(value) for name, value in fields.items()}
    return found


def _out(value: int | bool) -> Any:
    return value if isinstance(value, bool) else {NUMBER: str(value)}


def known(text: str) -> bool:
    """Whether a text is a JSON object with states."""
    return is_json(text, "vars", "states")


def read(text: str) -> dict[str, Any]:
    """The document of the trace."""
    found = json.loads(text)
    try:
        head = found["#meta"]["vtsc"]
        names = found["vars"]
        states = list(found["states"])
    except (KeyError, TypeError):
        raise Unreadable("expected the header of a trace in #meta, as vtsc export has it") from None
    rows = []
    for number, state in enumerate(states):
        try:
            rows.append(_row(state, [name for name in names if name not in STEP]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"expected {_wanted(error)}", f"state {number}") from None
    if not rows:
        raise Unreadable("expected at least one state", "states")
    return document(head, rows)


def _wanted(error: Exception) -> str:
    return f"{error.args[0]} to be there" if isinstance(error, KeyError) else "a state of a trace"


def _row(state: Mapping[str, Any], records: list[str]) -> ReadRow:
    """A state with the step that led to it."""
    kept: dict[str, Any] = {}
    for name in records:
        _keep(kept, name, state[name])
    return ReadRow(
        action=state["action_taken"],
        args=[_in(arg) for arg in state["action_args"]],
        inputs={name: _in(value) for name, value in state["inputs"][MAP]},
        state=kept,
    )


def _keep(kept: dict[str, Any], name: str, value: Mapping[str, Any]) -> None:
    """Put a record under its name, and records that lie in a variable under both names."""
    for inner, item in value.items():
        if isinstance(item, dict) and NUMBER not in item:
            _keep(kept, f"{name}.{inner}", item)
        else:
            kept.setdefault(name, {})[inner] = _in(item)


def _in(value: Any) -> int | bool:
    return value if isinstance(value, bool) else int(value[NUMBER])
