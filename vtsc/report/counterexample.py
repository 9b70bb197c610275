"""A counterexample for people: story, steps, the design lines that acted, claim, scope, verdict."""

import textwrap
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.interpreter import Played, Run
from vtsc.loader import Content
from vtsc.records import Snapshot
from vtsc.report.notes import WIDTH
from vtsc.report.story import culprit, first_read, number, story
from vtsc.trace import Trace


def counterexample(content: Content, trace: Trace, run: Run, searched: int | None = None) -> str:
    """The whole text; lines are at most 80 columns of ASCII.

    ``searched``: how deep a search for shorter ones got, where this one may not be the shortest.
    """
    title = f"{trace.design} on {trace.host}: {trace.property}"
    blocks = [
        [title, "=" * len(title)],
        _wrapped(story(content, trace, run)),
        _steps(content, trace, run),
        _lines(content, run),
        _claim(content, trace, run),
        _scope(content, trace, searched),
        [f"{trace.design} {trace.host} {trace.property}: VIOLATED({trace.violated_at})"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _wrapped(text: str, hang: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def _steps(content: Content, trace: Trace, run: Run) -> list[str]:
    """A header, then a line a step with what changed; long ones are continued."""
    columns = content.model.columns
    heads = ["#", "action", *columns, "changed"]
    rows = [["0", "(start)", *_watched(columns, run.initial_state), ""]]
    before = run.initial_state
    for i, step in enumerate(run.steps, 1):
        changed = " ".join(_changes(content, before, step))
        rows.append([str(i), str(step.call), *_watched(columns, step.state), changed])
        before = step.state
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads) - 1)]
    lines = []
    for row in [heads, *rows]:
        cells = [
            cell.ljust(w) if i == 1 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=False))
        ]
        start = "  ".join(cells)
        lines += _wrapped(f"{start}  {row[-1]}".rstrip(), " " * min(len(start) + 2, 24))
    return lines


def _watched(columns: tuple[str, ...], state: Snapshot) -> list[str]:
    """The values of the model's trace columns: time and counters, as ``record.field``."""
    found = []
    for column in columns:
        record, _, field = column.partition(".")
        parts = [number(int(s[field])) for name, s in state.items() if name.startswith(record)]
        found.append("/".join(parts))
    return found


def _changes(content: Content, before: Snapshot, step: Played) -> list[str]:
    found = []
    shown = tuple(content.model.columns)
    for record, fields in step.state.items():
        ghost = "." in record
        for field, value in fields.items():
            watched = any(
                record.startswith(c.split(".")[0]) and c.endswith(f".{field}") for c in shown
            )
            if before[record][field] == value or watched:
                continue
            text = number(value) if not isinstance(value, bool) else ("1" if value else "0")
            if ghost and field == "last":
                delta = ""
                if before[record].get("seen"):
                    distance = int(value) - int(before[record][field])
                    delta = f" ({distance:+d})"
                found.append(f"read={text}{delta}")
            elif not ghost:
                found.append(f"{record}.{field}={text}")
    return found


def _lines(content: Content, run: Run) -> list[str]:
    """The source lines of the design that the step to blame executed, the acting one marked."""
    done = culprit(content, run, first_read(run))
    if done is None or not run.steps[done.step - 1].lines:
        return []
    step = run.steps[done.step - 1]
    lines = [f"step {done.step}, {done.action}, ran (> acted last):"]
    for file, at in step.lines:
        text = Path(file).read_text(encoding="utf-8").splitlines()[at - 1].strip()
        mark = ">" if (file, at) == step.acting else " "
        place = f"{mark} {content.relative(file)}:{at}"
        lines.append(f"{place}  {text}"[:WIDTH])
    return lines


def _claim(content: Content, trace: Trace, run: Run) -> list[str]:
    prop = content.properties[trace.property]
    terms = ", ".join(f"{t.name} = {number(t.value)}" for t in run.terms)
    return [*_wrapped(f"claim: {prop.claim}", "  "), *_wrapped(f"here: {terms}", "  ")]


def _scope(content: Content, trace: Trace, searched: int | None) -> list[str]:
    params = " ".join(f"{k}={v}" for k, v in trace.params.items())
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    changed = content.changed(trace.design, trace.property, settings)
    sets = "".join(f" --set {k}={v}" for k, v in changed.items())
    again = f"vtsc verify {trace.design} --host {trace.host} -p {trace.property}{sets}"
    if trace.violated_at > DEFAULT_DEPTH:
        again += " --prove"
    depth = f"depth {trace.violated_at}"
    if searched is not None:
        depth += f" (none to depth {searched}; shorter ones than this may exist)"
    return [
        *_wrapped(f"scope: {depth}, integers, replayed; {content.model.assumed}", "  "),
        *_wrapped(f"model: {content.where} {content.digest}; {trace.tool}", "  "),
        *_wrapped(f"params: {params}", "  "),
        *_wrapped(f"again: {again}", "  "),
    ]
