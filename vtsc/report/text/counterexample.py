"""A counterexample for people: story, steps, the design lines that acted, claim, scope, verdict."""

import shlex
import textwrap
from collections.abc import Mapping
from pathlib import Path

from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.language.state import Snapshot
from vtsc.language.words import spelled
from vtsc.native.interpreter import Run
from vtsc.report.screen import WIDTH
from vtsc.report.text.parameters import parameters
from vtsc.report.text.story import culprit, story, taken_before


def counterexample(
    content: Content,
    trace: Trace,
    run: Run,
    searched: int | None = None,
    everything: bool = False,
    doubt: str = "",
) -> str:
    """The whole text; lines are at most 80 columns of ASCII.

    ``searched``: the depth of a search for shorter ones, where this one may not be the shortest.
    ``everything``: tell parameters that have their defaults, too. ``doubt``: the reason why that search is
    not believed.
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
        _scope(content, trace, searched, everything, doubt),
        [f"{trace.design} {trace.host} {trace.property}: VIOLATED({trace.hit_at})"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _witness(content: Content, trace: Trace, run: Run, everything: bool) -> str:
    """The text of a run that shows that something can happen."""
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
    """A header, then a line for each step with what changed; long lines are wrapped."""
    columns = content.model.columns
    heads = ["#", "action", *columns, "changed"]
    created = " ".join(_opening(content.model.opening, run))
    rows = [["0", "(start)", *_watched(columns, run.kinds, run.initial_state), created]]
    before = run.initial_state
    told = _observations(run)
    for i, step in enumerate(run.steps, 1):
        changed = " ".join([*told[i - 1], *_changes(columns, run.kinds, before, step.state)])
        rows.append([str(i), str(step.call), *_watched(columns, run.kinds, step.state), changed])
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


def _opening(fields: tuple[str, ...], run: Run) -> list[str]:
    """The fields of the initial state that the model wants to be told, as ``record.field=value``."""
    return [
        f"{record}.{field}={spelled(int(value))}"
        for record, kind in run.kinds.items()
        for field, value in run.initial_state[record].items()
        if f"{kind}.{field}" in fields
    ]


def _observations(run: Run) -> list[list[str]]:
    """For each step the words for what it let an observer see, if anything."""
    found: list[list[str]] = []
    last = None
    for step in run.steps:
        found.append([] if step.observed is None else [step.observed.told(last)])
        last = last if step.observed is None else step.observed
    return found


def _watched(columns: tuple[str, ...], kinds: Mapping[str, str], state: Snapshot) -> list[str]:
    """The values in the model's trace columns; those of several instances side by side."""
    found = []
    for column in columns:
        of, _, field = column.partition(".")
        parts = [spelled(int(state[name][field])) for name, kind in kinds.items() if kind == of]
        found.append("/".join(parts))
    return found


def _changes(
    columns: tuple[str, ...], kinds: Mapping[str, str], before: Snapshot, after: Snapshot
) -> list[str]:
    """The model's fields that changed, but for those with a column; a property's own are left out."""
    return [
        f"{record}.{field}={spelled(int(after[record][field]))}"
        for record, kind in kinds.items()
        for field, old in before[record].items()
        if after[record][field] != old and f"{kind}.{field}" not in columns
    ]


def _lines(content: Content, run: Run) -> list[str]:
    """The source lines of the design that the step to blame executed, the acting one marked."""
    done = culprit(content, run, taken_before(run))
    if done is None or not run.steps[done.step - 1].lines:
        return []
    step = run.steps[done.step - 1]
    lines = [f"step {done.step}, {done.action}, ran (> = the last to change a number):"]
    for file, at in step.lines:
        text = Path(file).read_text(encoding="utf-8").splitlines()[at - 1].strip()
        mark = ">" if (file, at) == step.acting else " "
        place = f"{mark} {content.relative(file)}:{at}"
        line = f"{place}  {text}"
        lines.append(line if len(line) <= WIDTH else line[: WIDTH - 3] + "...")
    return lines


def _claim(content: Content, trace: Trace, run: Run) -> list[str]:
    prop = content.properties[trace.property]
    terms = ", ".join(f"{t.name} = {spelled(t.value)}" for t in run.terms)
    here = _wrapped(f"here: {terms}", "  ") if terms else []
    return [*_wrapped(f"claim: {prop.claim}", "  "), *here]


def repeating(content: Content, trace: Trace) -> str:
    """The command that asks the question of a counterexample again; empty for another run."""
    if trace.property not in content.properties:
        return ""
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    changed = content.changed(trace.design, trace.property, settings)
    sets = "".join(f" --set {k}={v}" for k, v in changed.items())
    sets += f" --root {shlex.quote(content.asked)}" if content.asked is not None else ""
    design = content.named(trace.design)
    return f"vtsc verify {design} --host {trace.host} -p {trace.property}{sets}"


def _scope(
    content: Content, trace: Trace, searched: int | None, everything: bool, doubt: str = ""
) -> list[str]:
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    asked = repeating(content, trace)
    again = _wrapped(f"again: {asked}", "  ") if asked else []
    depth = f"depth {trace.hit_at}"
    if doubt:
        depth += f" (shorter ones than this may exist: {doubt})"
    elif searched is not None:
        depth += f" (none to depth {searched}; shorter ones than this may exist)"
    return [
        *_wrapped(f"scope: {depth}, integers, replayed; {content.model.assumed}", "  "),
        *_wrapped(f"model: {content.where} {content.digest_of(trace.design)}; {trace.tool}", "  "),
        *parameters(content, trace.design, trace.property, settings, everything),
        *again,
    ]
