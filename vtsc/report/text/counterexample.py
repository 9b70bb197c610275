"""A counterexample for people: story, steps, the design lines that acted, claim, scope, verdict."""

import shlex
from collections.abc import Mapping, Sequence

from vtsc.content.content import Content
from vtsc.evidence.replay import case_of
from vtsc.evidence.trace import Trace
from vtsc.language.state import Snapshot
from vtsc.language.words import spelled
from vtsc.native.interpreter import Run
from vtsc.report.cause import Told, told
from vtsc.report.screen import width
from vtsc.report.text.cause import annotated, inputs, reads, tried
from vtsc.report.text.numbers import respelled
from vtsc.report.text.parameters import parameters
from vtsc.report.text.story import story
from vtsc.report.text.wrapping import continued, title, wrapped
from vtsc.why.freedom import mattering


def counterexample(
    content: Content,
    trace: Trace,
    run: Run,
    searched: int | None = None,
    everything: bool = False,
    doubt: str = "",
) -> str:
    """The whole text, in lines as wide as the screen; the story stands first, and last above the verdict.

    ``searched``: the depth of a search for shorter ones, where this one may not be the shortest.
    ``everything``: tell parameters that have their defaults, too. ``doubt``: the reason why that search is
    not believed.
    """
    if trace.property not in content.properties:
        return _witness(content, trace, run, everything)
    cause = told(content, trace, run)
    said = wrapped(f"{story(content, trace, run, cause)}. {cause.sentence}")
    blocks = [
        title(f"{trace.design} on {trace.host}: {trace.property}"),
        said,
        _steps(content, trace, run),
        _lines(content, run, cause),
        _inputs(content, trace),
        _claim(content, trace, run),
        _scope(content, trace, searched, everything, doubt),
        said,
        [f"{trace.design} {trace.host} {trace.property}: VIOLATED({trace.hit_at})"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _witness(content: Content, trace: Trace, run: Run, everything: bool) -> str:
    """The text of a run that shows that something can happen."""
    blocks = [
        title(f"{trace.design} on {trace.host}: {trace.property}"),
        wrapped(f"reached: {content.monitor(trace.property).claim}", "  "),
        _steps(content, trace, run),
        _scope(content, trace, None, everything),
        [f"{trace.design} {trace.host} {trace.property}: REACHED({trace.hit_at})"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _steps(content: Content, trace: Trace, run: Run) -> list[str]:
    """A header, then a line for each step with what changed; long lines are wrapped."""
    return [line for block in step_blocks(step_rows(content, run)) for line in block]


def step_rows(content: Content, run: Run) -> list[list[str]]:
    """The table of steps: heads, start and each step, as number, action, columns, and what changed."""
    columns = content.model.columns
    heads = ["#", "action", *columns, "changed"]
    created = " ".join(_opening(content.model.opening, run))
    rows = [["0", "(start)", *_watched(columns, run.kinds, run.initial_state), created]]
    before = run.initial_state
    told = [[respelled(seen)] if seen else [] for seen in run.seen]
    for i, step in enumerate(run.steps, 1):
        changed = " ".join([*told[i - 1], *_changes(columns, run.kinds, before, step.state)])
        rows.append([str(i), str(step.call), *_watched(columns, run.kinds, step.state), changed])
        before = step.state
    return [heads, *rows]


def step_blocks(rows: Sequence[list[str]]) -> list[list[str]]:
    """The lines of each row of the table of steps; long ones are wrapped."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    wide = [i for i, each in enumerate(widths) if each > width() // 2]
    if wide:  # values of instances may then stand on several lines
        rows = [[x.replace("/", "/ ") if i in wide else x for i, x in enumerate(r)] for r in rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    blocks = []
    for row in rows:
        cells = [
            cell.ljust(w) if i == 1 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=False))
        ]
        start = "  ".join(cells)
        blocks.append(wrapped(f"{start}  {row[-1]}".rstrip(), " " * min(len(start) + 2, 24)))
    return blocks


def _opening(fields: tuple[str, ...], run: Run) -> list[str]:
    """The fields of the initial state that the model wants to be told, as ``record.field=value``."""
    return [
        f"{record}.{field}={spelled(int(value))}"
        for record, kind in run.kinds.items()
        for field, value in run.initial_state[record].items()
        if f"{kind}.{field}" in fields
    ]


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


def _lines(content: Content, run: Run, cause: Told) -> list[str]:
    """The lines that the blamed step executed, with the values that they saw.

    They are those of the function of the cause; where there is no cause, they are all lines of rules.
    """
    if cause.step is None or not run.steps[cause.step - 1].lines:
        return []
    step, found = run.steps[cause.step - 1], cause.explained.cause
    marked = () if found is None else found.conditions
    lines = annotated(content, cause.step, step, cause.explained, marked)
    if found is None:
        return [f"step {cause.step}, {cause.action}, ran:", *lines]
    fields = reads(found.conditions)
    return [
        *wrapped(f"step {cause.step}, {cause.action}, ran in {cause.file} (> = the cause):"),
        *lines,
        *(wrapped(f"read: {', '.join(fields)}", "  ") if fields else []),
        *wrapped(tried(found), "  "),
    ]


def _inputs(content: Content, trace: Trace) -> list[str]:
    """The inputs that matter; nothing of a run without inputs."""
    case = case_of(content, trace)
    count = len(trace.initial_inputs) + sum(len(step.inputs) for step in trace.steps)
    if not count:
        return []
    given = [trace.initial_inputs, *(step.inputs for step in trace.steps)]
    places = content.kept(("mattering", trace.text()), lambda: mattering(case, trace))
    matter = {(step, name): given[step][name] for step, name in places}
    told = inputs(matter, count, case.machine().time_input)
    return wrapped(f"inputs: {told}", "  ")


def _claim(content: Content, trace: Trace, run: Run) -> list[str]:
    prop = content.properties[trace.property]
    terms = ", ".join(f"{t.name} = {spelled(t.value)}" for t in run.terms)
    here = wrapped(f"here: {terms}", "  ") if terms else []
    return [*wrapped(f"claim: {prop.claim}", "  "), *here]


def repeating(content: Content, trace: Trace) -> str:
    """The command that asks the question of a counterexample again; empty for another run."""
    if trace.property not in content.properties:
        return ""
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    changed = content.changed(trace.design, trace.property, settings)
    return shlex.join(_asking(content, trace.design, trace.host, trace.property, changed))


def _scope(
    content: Content, trace: Trace, searched: int | None, everything: bool, doubt: str = ""
) -> list[str]:
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    again = []
    if trace.property in content.properties:
        changed = content.changed(trace.design, trace.property, settings)
        again = verifying(content, trace.design, trace.host, trace.property, changed)
    depth = f"depth {trace.hit_at}"
    if doubt:
        depth += f" (shorter ones than this may exist: {doubt})"
    elif searched is not None:
        depth += f" (none to depth {searched}; shorter ones than this may exist)"
    return [
        *wrapped(f"scope: {depth}, integers, replayed; {content.model.assumed}", "  "),
        *wrapped(f"model: {content.where} {content.digest_of(trace.design)}; {trace.tool}", "  "),
        *parameters(content, trace.design, trace.property, settings, everything),
        *again,
    ]


def verifying(
    content: Content,
    design: str,
    host: str,
    prop: str,
    changed: Mapping[str, int | str],
    *options: str,
) -> list[str]:
    """The command that decides a cell, after ``again:``; where it has several lines, they can be pasted."""
    words = _asking(content, design, host, prop, changed, *options)
    return continued([shlex.quote(word) for word in words], "again: ")


def _asking(
    content: Content,
    design: str,
    host: str,
    prop: str,
    changed: Mapping[str, int | str],
    *options: str,
) -> list[str]:
    """The words of the command that decides a cell."""
    words = ["vtsc", "verify", *shlex.split(content.named(design)), "--host", host, "-p", prop]
    words += [word for k, v in changed.items() for word in ("--set", f"{k}={v}")]
    words += options
    return words + (["--root", content.asked] if content.asked is not None else [])
