"""A sequence diagram in Mermaid's language, which many pages of documentation draw; it keeps no inputs.

There is a participant for each instance that takes part. A step is an arrow from its first argument to its
last, or a note where it has none; what changed in the records of instances stands below it.
"""

from collections.abc import Iterator

from vtsc.language.state import Instance
from vtsc.language.words import spelled
from vtsc.report.exports.shown import Row, Shown

FIRST = "sequenceDiagram"
HIT = "rgba(255, 0, 0, 0.15)"
"""The colour behind the last step, for light and for dark pages."""


def write(shown: Shown) -> str:
    """The diagram."""
    trace = shown.trace
    names = [name for name, kind in shown.run.kinds.items() if kind != name] or ["run"]
    lines = [FIRST, f"title {_text(f'{trace.design} on {trace.host}: {shown.done}')}"]
    lines += [f"participant {name}" for name in names]
    start = _start(shown)
    lines += [f"Note over {_span(names)}: {'<br/>'.join(start)}"] if start else []
    for row in shown.rows[1:]:
        last = row.number == trace.hit_at
        lines += [f"rect {HIT}"] if last else []
        lines += _step(shown, row, names)
        lines += [f"Note over {_span(names)}: {_text(shown.done)}", "end"] if last else []
    return "\n".join([lines[0], *(f"    {line}" for line in lines[1:])]) + "\n"


def _start(shown: Shown) -> list[str]:
    """The initial values of the fields that the content wants to be told."""
    model = shown.case.content.model
    found = []
    for full, value in shown.rows[0].changes().items():
        record, _, field = full.rpartition(".")
        if f"{shown.run.kinds.get(record)}.{field}" in (*model.columns, *model.opening):
            found.append(_text(f"{full}={spelled(int(value))}"))
    return found


def _step(shown: Shown, row: Row, names: list[str]) -> Iterator[str]:
    """A step's arrow or note, and a note with what changed."""
    kinds = shown.case.machine().kinds(row.call) if row.call else ()
    args = row.call.args if row.call else ()
    who = [Instance(kind, number).name for kind, number in zip(kinds, args, strict=True)]
    told = _text(" ".join([str(row.number), str(row.call), row.seen]))
    yield f"{who[0]}->>{who[-1]}: {told}" if who else f"Note over {_span(names)}: {told}"
    changed = [
        f"{full}={spelled(int(value))}"
        for full, value in row.changes().items()
        if not full.startswith(f"{shown.trace.property}.")
    ]
    if changed:
        yield f"Note over {_span(who or names)}: {'<br/>'.join(map(_text, changed))}"


def _span(names: list[str]) -> str:
    return ",".join(dict.fromkeys([names[0], names[-1]]))


def _text(text: str) -> str:
    """A text in which the characters that mean something to Mermaid are written by their numbers."""
    return text.strip().translate({ord(letter): f"#{ord(letter)};" for letter in "#;"})


def known(text: str) -> bool:
    """Whether a text begins as a sequence diagram."""
    return text.lstrip().startswith(FIRST)
