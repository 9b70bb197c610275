"""Perfetto's JSON, which is the Trace Event Format of Chrome: slices, counters and instants in time.

There is a process for the run and one for each record of the state. The steps are slices of the first, whose
arguments hold the inputs and the whole state. A flag is a thread with a slice while it is true, an index
one with a slice for each value, and a number that changes is a counter. The trace's header is in
``otherData``.
"""

import json
from collections.abc import Iterator
from typing import Any

from vtsc.evidence.trace import plain
from vtsc.language.state import Field
from vtsc.language.words import s64, u64
from vtsc.report.exports import Unreadable, is_json
from vtsc.report.exports.shown import ReadRow, Shown, document, header

RUN, STEPS = 1, 1
"""The process and the thread of the steps."""
STEP = "step"
"""The category of the slices that are steps."""


def write(shown: Shown) -> str:
    """The run, an event to a line."""
    events = [*_steps(shown)]
    for pid, (record, fields) in enumerate(shown.fields.items(), RUN + 1):
        events.append(_named("process", pid, 0, record))
        for tid, (name, declared) in enumerate(fields.items(), 1):
            if declared.kind in ("flag", "index"):
                events += _slices(shown, pid, tid, record, name, declared)
            else:
                events += _counter(shown, pid, record, name, declared)
    inside = ",\n  ".join(json.dumps(event) for event in events)
    head = json.dumps({"vtsc": header(shown.trace)})
    return (
        f'{{\n "displayTimeUnit": "ns",\n "otherData": {head},\n'
        f' "traceEvents": [\n  {inside}\n ]\n}}\n'
    )


def _named(what: str, pid: int, tid: int, name: str) -> dict[str, Any]:
    """The event that gives a process or a thread its name."""
    return {"ph": "M", "pid": pid, "tid": tid, "name": f"{what}_name", "args": {"name": name}}


def _micros(ns: int) -> int | float:
    """A time in us, the unit of the format, exact up to 2^53 ns."""
    return ns // 1000 if ns % 1000 == 0 else ns / 1000


def _slice(name: str, pid: int, tid: int, start: int, end: int) -> dict[str, Any]:
    times = {"ts": _micros(start), "dur": _micros(end - start)}
    return {"ph": "X", "pid": pid, "tid": tid, **times, "name": name}


def _end(shown: Shown) -> int:
    return shown.rows[-1].at + 1


def _steps(shown: Shown) -> Iterator[dict[str, Any]]:
    """The slices of the steps, each until the next one, and the instant at which the property is hit."""
    yield _named("process", RUN, 0, f"{shown.trace.design} on {shown.trace.host}")
    yield _named("thread", RUN, STEPS, "steps")
    ends = [*(row.at for row in shown.rows[1:]), _end(shown)]
    for row, end in zip(shown.rows, ends, strict=True):
        call = row.call
        kept = {
            "action": call.name if call else "",
            "args": list(call.args) if call else [],
            "inputs": plain(row.inputs),
            "seen": row.seen,
            "source": list(row.source),
            "state": plain(row.state),
        }
        name = f"{row.number} {call}" if call else "start"
        yield {**_slice(name, RUN, STEPS, row.at, end), "cat": STEP, "args": kept}
    hit = {"ph": "i", "s": "g", "pid": RUN, "tid": STEPS, "ts": _micros(shown.rows[-1].at)}
    yield {**hit, "name": shown.done}


def _slices(
    shown: Shown, pid: int, tid: int, record: str, name: str, declared: Field
) -> Iterator[dict[str, Any]]:
    """A flag or an index: a slice for each value that it keeps for a while, if it ever is but false."""
    since, last = shown.rows[0].at, shown.rows[0].state[record][name]
    spans: list[tuple[int, int, int | bool]] = []
    for row in shown.rows[1:]:
        value = row.state[record][name]
        if value != last:
            spans.append((since, row.at, last))
            since, last = row.at, value
    spans.append((since, _end(shown), last))
    told = [span for span in spans if span[2] is not False]
    if told:
        yield _named("thread", pid, tid, name)
    for start, end, value in told:
        yield _slice(name if value is True else f"{name} {value}", pid, tid, start, end)


def _counter(
    shown: Shown, pid: int, record: str, name: str, declared: Field
) -> Iterator[dict[str, Any]]:
    """A number, at the start and wherever it changes; a counter that wraps is shown by its signed value."""
    values = [row.state[record][name] for row in shown.rows]
    if len({*values}) == 1:
        return
    for row, value in zip(shown.rows, values, strict=True):
        if row.number == 0 or value != values[row.number - 1]:
            shown_as = s64(u64(value)) if declared.kind == "u64" else value
            counter = {"ph": "C", "pid": pid, "tid": 0, "ts": _micros(row.at), "name": name}
            yield {**counter, "args": {"value": shown_as}}


def known(text: str) -> bool:
    """Whether a text is a JSON object with events."""
    return is_json(text, "traceEvents")


def read(text: str) -> dict[str, Any]:
    """The document of the trace, from the steps; all else is drawn from them."""
    found = json.loads(text)
    try:
        head = found["otherData"]["vtsc"]
        events = [(i, e) for i, e in enumerate(found["traceEvents"]) if e.get("cat") == STEP]
    except (KeyError, TypeError, AttributeError):
        raise Unreadable("expected events, and the header of a trace in otherData") from None
    rows = []
    for number, event in events:
        try:
            args = event["args"]
            rows.append(ReadRow(args["action"], args["args"], args["inputs"], args["state"]))
        except (KeyError, TypeError):
            raise Unreadable("expected a step of a trace", f"traceEvents {number}") from None
    if not rows:
        raise Unreadable("expected events of the category step", "traceEvents")
    return document(head, rows)
