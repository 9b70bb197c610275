"""What became of cells since they were last decided: each verdict that changed, and each new run."""

from collections.abc import Sequence

from vtsc.content.content import Content
from vtsc.deciding.verdict import Result
from vtsc.report.text.story import story
from vtsc.report.text.wrapping import wrapped

Question = tuple[object, ...]
"""A cell, whatever its design is called by now."""


def question(result: Result) -> Question:
    """The question that a result answers."""
    cell = result.cell
    return cell.host, cell.property, cell.settings


def changes(content: Content, before: Sequence[Result], now: Sequence[Result]) -> str:
    """The lines that tell what changed; all results are told where there were none before."""
    known = {question(result): result for result in before}
    lines: list[str] = []
    changed = 0
    for result in now:
        was = known.get(question(result))
        if was is not None and _same(was, result):
            continue
        changed += 1
        lines += _told(content, was, result)
    total = f"{len(now)} verdict{'s' * (len(now) != 1)}"
    return "\n".join([*lines, f"{changed} of {total} changed" if before else total])


def _same(was: Result, now: Result) -> bool:
    return (was.text, _run(was), was.reason) == (now.text, _run(now), now.reason)


def _run(result: Result) -> object:
    """The run that a result shows; the lines that it executed are left out."""
    trace = result.trace
    return trace and (trace.initial_inputs, [(x.call, x.inputs) for x in trace.steps])


def _told(content: Content, was: Result | None, now: Result) -> list[str]:
    cell = now.cell
    verdict = now.text if was is None else f"{was.text} -> {now.text}"
    if was is not None and was.text == now.text:
        verdict = f"{now.text}, by another run" if now.trace else now.text
    lines = [f"{cell.design} {cell.host} {cell.property}: {verdict}"]
    if now.trace is not None and now.run is not None:
        lines += wrapped(story(content, now.trace, now.run), "  ", "  ")
    elif now.reason:
        lines += wrapped(now.reason, "  ", "  ")
    return lines
