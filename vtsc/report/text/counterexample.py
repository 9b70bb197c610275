"""A counterexample for people: story, steps, the design lines that acted, claim, scope, verdict."""

import textwrap
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.language.state import Snapshot
from vtsc.language.words import s64, u64
from vtsc.native.interpreter import Run
from vtsc.report.screen import WIDTH
from vtsc.report.text.parameters import parameters
from vtsc.report.text.story import culprit, first_read, number, story


def counterexample(
    content: Content,
    trace: Trace,
    run: Run,
    searched: int | None = None,
    everything: bool = False,
) -> str:
    """The whole text; lines are at most 80 columns of ASCII.

    ``searched``: how deep a search for shorter ones got, where this one may not be the shortest.
    ``everything``: tell parameters that have their defaults, too.
    """
    if trace.property not in content.properties:
        return _witness(content, trace, run, everything)
    title = f"{trace.design} on {trace.host}: {trace.property}"
    blocks = [
        [title, "=" * len(title)],
        _wrapped(story(content, trace, run)),
        _steps(content, trace, run),
        _lines(content, run),
        _claim(content, trace, run),
        _scope(content, trace, searched, everything),
        [f"{trace.design} {trace.host} {trace.property}: VIOLATED({trace.hit_at})"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _witness(content: Content, trace: Trace, run: Run, everything: bool) -> str:
    """The text of a run that is there to show that something can happen."""
    title = f"{trace.design} on {trace.host}: {trace.property}"
    blocks = [
        [title, "=" * len(title)],
        _wrapped(f"reached: {content.monitor(trace.property).claim}", "  "),
        _steps(content, trace, run),
        _scope(content, trace, None, everything),
        [f"{trace.design} {trace.host} {trace.property}: REACHED({trace.hit_at})"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _wrapped(text: str, hang: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def _steps(content: Content, trace: Trace, run: Run) -> list[str]:
    """A header, then a line a step with what changed; long ones are continued."""
    columns = content.model.columns
    heads = ["#", "action", *columns, "changed"]
    created = " ".join(_opening(content.model.opening, run.initial_state))
    rows = [["0", "(start)", *_watched(columns, run.initial_state), created]]
    before = run.initial_state
    reads = _reads(run)
    for i, step in enumerate(run.steps, 1):
        changed = " ".join([*reads[i - 1], *_changes(columns, before, step.state)])
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


def _opening(fields: tuple[str, ...], state: Snapshot) -> list[str]:
    """What the model wants told of the initial state, as ``record.field=value``."""
    found = []
    for record, values in state.items():
        for field, value in values.items():
            if "." not in record and f"{record.rstrip('0123456789')}.{field}" in fields:
                found.append(f"{record}.{field}={number(int(value))}")
    return found


def _reads(run: Run) -> list[list[str]]:
    """For each step what it read, if it did, and how far that is from the last read before it.

    Where that one was on another instance, it says so.
    """
    found: list[list[str]] = []
    last: tuple[int, str] | None = None
    for step in run.steps:
        if step.observed is None:
            found.append([])
            continue
        value, where = u64(step.observed.value), str(step.call)
        text = f"read={number(value)}"
        if last is not None:
            elsewhere = "" if where == last[1] else f" from {last[1]}"
            text += f" ({s64(value - last[0]):+d}{elsewhere})"
        found.append([text])
        last = value, where
    return found


def _watched(columns: tuple[str, ...], state: Snapshot) -> list[str]:
    """The values of the model's trace columns: time and counters, as ``record.field``."""
    found = []
    for column in columns:
        record, _, field = column.partition(".")
        parts = [number(int(s[field])) for name, s in state.items() if name.startswith(record)]
        found.append("/".join(parts))
    return found


def _changes(columns: tuple[str, ...], before: Snapshot, after: Snapshot) -> list[str]:
    """The model's fields that changed, but for those with a column; a property's own are left out."""
    found = []
    for record, fields in before.items():
        if "." in record:
            continue
        for field, old in fields.items():
            watched = any(
                record.startswith(c.split(".")[0]) and c.endswith(f".{field}") for c in columns
            )
            value = after[record][field]
            if value != old and not watched:
                text = number(value) if not isinstance(value, bool) else str(int(value))
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
        line = f"{place}  {text}"
        lines.append(line if len(line) <= WIDTH else line[: WIDTH - 3] + "...")
    return lines


def _claim(content: Content, trace: Trace, run: Run) -> list[str]:
    prop = content.properties[trace.property]
    terms = ", ".join(f"{t.name} = {number(t.value)}" for t in run.terms)
    return [*_wrapped(f"claim: {prop.claim}", "  "), *_wrapped(f"here: {terms}", "  ")]


def _scope(content: Content, trace: Trace, searched: int | None, everything: bool) -> list[str]:
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    again = []
    if trace.property in content.properties:
        changed = content.changed(trace.design, trace.property, settings)
        sets = "".join(f" --set {k}={v}" for k, v in changed.items())
        sets += " --prove" if trace.hit_at > DEFAULT_DEPTH else ""
        asked = f"vtsc verify {trace.design} --host {trace.host} -p {trace.property}{sets}"
        again = _wrapped(f"again: {asked}", "  ")
    depth = f"depth {trace.hit_at}"
    if searched is not None:
        depth += f" (none to depth {searched}; shorter ones than this may exist)"
    return [
        *_wrapped(f"scope: {depth}, integers, replayed; {content.model.assumed}", "  "),
        *_wrapped(f"model: {content.where} {content.digest}; {trace.tool}", "  "),
        *parameters(content, trace.design, trace.property, settings, everything),
        *again,
    ]
