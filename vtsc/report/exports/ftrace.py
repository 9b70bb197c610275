"""The text of ftrace, the kernel's tracer, with the events that the content declares for each step.

What has no event of its own is a ``tracing_mark_write``, as of a program that writes to ``trace_marker``:
a line for the start and for each step, with its inputs and the fields that changed. It begins as a marker of
an instant does, by which viewers show it. The trace's header is a comment.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vtsc.language.timeline import Event
from vtsc.report.exports import Unreadable
from vtsc.report.exports.shown import ReadRow, Row, Shown, document, header

TRACER, HEADER = "# tracer: nop", "# vtsc: "
COLUMNS = """\
#
#                              _-----=> irqs-off
#                             / _----=> need-resched
#                            | / _---=> hardirq/softirq
#                            || / _--=> preempt-depth
#                            ||| /     delay
#           TASK-PID   CPU#  ||||    TIMESTAMP  FUNCTION
#              | |       |   ||||       |         |"""
PID = 1
"""The process that writes the markers."""
MARKER = f": tracing_mark_write: I|{PID}|"
START, STEP, SEEN, END = "start", "step", "seen", "end"
"""The first words of the markers."""
INPUTS, CHANGED = "inputs", "changed"
"""The words before the inputs of a step and before the fields that it changed."""
NS = 10**9
TRUTHS = {"false": False, "true": True}


def write(shown: Shown) -> str:
    """The run, an event to a line."""
    lines = [line for row in shown.rows for line in _lines(row)]
    lines.append(_line(shown.rows[-1].at, _marker(f"{END} {shown.done}")))
    places = 1 + max((e.place for row in shown.rows for e in row.events), default=0)
    count = f"# entries-in-buffer/entries-written: {len(lines)}/{len(lines)}   #P:{places}"
    kept = f"{HEADER}{json.dumps(header(shown.trace))}"
    return "\n".join([TRACER, "#", kept, "#", count, COLUMNS, *lines]) + "\n"


def _lines(row: Row) -> Iterator[str]:
    """The events of a row: the marker of the step, what a system records of it, and what was observed."""
    name = f"{STEP} {row.number} {row.call}" if row.call else START
    words = [name, INPUTS, *_values(row.inputs), CHANGED, *_values(row.changes())]
    yield _line(row.at, _marker(" ".join(words)))
    for event in row.events:
        yield _line(row.at, event)
    if row.seen:
        yield _line(row.at, _marker(f"{SEEN} {row.seen}"))


def _marker(text: str) -> Event:
    _, name, kind = MARKER.split(": ")
    return Event(name, f"{kind}{text}", "vtsc", PID, 0)


def _line(at: int, event: Event) -> str:
    """An event as the kernel prints it, its time in seconds, to the ns."""
    task = f"{event.task:>16}-{event.pid:<7} [{event.place:03}] ...."
    return f"{task} {at // NS:5}.{at % NS:09}: {event.name}: {event.text}"


def _values(values: Mapping[str, int | bool]) -> list[str]:
    return [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in values.items()
    ]


def known(text: str) -> bool:
    """Whether a text begins as the tracer's own."""
    return text.startswith("# tracer:")


def read(text: str) -> dict[str, Any]:
    """The document of the trace, from its markers; the other events follow from them."""
    head = None
    rows: list[ReadRow] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if line.startswith(HEADER):
                head = json.loads(line.removeprefix(HEADER))
            elif not line.startswith("#"):
                rows += _row_of(line, rows)
        except (ValueError, LookupError):
            raise Unreadable(
                "expected a line of a trace by vtsc export", f"line {number}"
            ) from None
    if not isinstance(head, dict):
        raise Unreadable("expected the header of a trace in a comment, as vtsc export has it")
    if not rows:
        raise Unreadable("expected a marker of the start of the run")
    return document(head, rows)


def _row_of(line: str, before: list[ReadRow]) -> list[ReadRow]:
    """The row that a line is the marker of, after those ``before``; none where it is none."""
    _, _, text = line.partition(MARKER)
    words = text.split()
    if words[:1] not in ([START], [STEP]):
        return []
    inputs, changed = words.index(INPUTS), words.index(CHANGED)
    state = {name: dict(fields) for name, fields in before[-1].state.items()} if before else {}
    for full, value in _read_values(words[changed + 1 :]).items():
        record, _, field = full.rpartition(".")
        state.setdefault(record, {})[field] = value
    number, *call = words[1:inputs] or ["0"]
    if int(number) != len(before):
        raise ValueError
    action, _, args = "".join(call).removesuffix(")").partition("(")
    return [
        ReadRow(
            action=action,
            args=[int(arg) for arg in args.split(",") if arg],
            inputs=_read_values(words[inputs + 1 : changed]),
            state=state,
        )
    ]


def _read_values(words: list[str]) -> dict[str, int | bool]:
    pairs = [word.split("=") for word in words]
    return {name: TRUTHS[value] if value in TRUTHS else int(value) for name, value in pairs}
