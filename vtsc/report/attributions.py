"""What verdicts hang on, as text and as JSON of the schema vtsc.why/1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.content.content import Content
from vtsc.deciding.verdict import Result
from vtsc.engines.search.inevitable import Inevitable
from vtsc.evidence.trace import Trace
from vtsc.report.cause import told
from vtsc.report.document import document
from vtsc.report.text.story import story
from vtsc.report.text.wrapping import folded, title, wrapped
from vtsc.why.attribution import Needs, Repairs, Tried
from vtsc.why.variants import PROVED

SCHEMA = "vtsc.why/1"
NO_DESIGN = "no design"


@dataclass(frozen=True)
class Attributed:
    """A cell's verdict, and what it hangs on; None where it is neither proved nor violated."""

    result: Result
    hangs: Needs | Repairs | None
    fated: Inevitable | None = None
    """For a violation: the step from which on it cannot be avoided; None where that is not known."""


def written(name: str, content: Content, found: Sequence[Attributed]) -> str:
    """The report in the format of that name."""
    return FORMATS[name](content, found)


def _text(content: Content, found: Sequence[Attributed]) -> str:
    return folded("\n".join("\n".join(_cell(content, each)) + "\n" for each in found))


def _cell(content: Content, each: Attributed) -> list[str]:
    result, hangs = each.result, each.hangs
    lines = [*title(f"{result.cell.design} on {result.cell.host}: {result.cell.property}"), ""]
    if isinstance(hangs, Needs):
        lines += _needs(hangs)
    elif isinstance(hangs, Repairs):
        assert result.trace is not None and result.run is not None
        cause = told(content, result.trace, result.run)
        lines += wrapped(f"{story(content, result.trace, result.run, cause)}. {cause.sentence}")
        lines += ["", *wrapped(fate(result.trace, each.fated)), "", *_repairs(hangs)]
    cell = f"{result.cell.design} {result.cell.host} {result.cell.property}: {result.text}"
    return [*lines, f"{cell}; {result.reason}" if result.reason else cell]


def fate(trace: Trace, found: Inevitable | None) -> str:
    """A sentence on the step from which on the violation cannot be avoided."""
    steps = trace.steps[: trace.hit_at]
    last = steps[-1].call
    if found is None:
        return "It is not known from which step on this cannot be avoided."
    if found.way_out is None:
        return (
            f"With these inputs of the start, the first {last} violates whatever comes before it."
        )
    before = found.steps - 1
    rest = ", ".join(map(str, found.way_out.calls[before:]))
    given = found.way_out.inputs[before] if found.steps == len(steps) else {}
    usual = steps[before].inputs
    changed = [f"{n} {v} instead of {usual[n]}" for n, v in given.items() if usual.get(n, v) != v]
    start = f"After step {before}" if before else "From this start"
    way = f"{start}, {rest} does no harm{' with ' + ' and '.join(changed) if changed else ''}."
    if found.steps == len(steps):
        return f"Only the last step decides. {way}"
    return (
        f"After step {found.steps}, {steps[before].call}, the next {last} within the "
        f"{len(steps) - found.steps} steps that are left violates whatever comes before it. {way}"
    )


def _verdict(tried: Tried) -> str:
    return NO_DESIGN if tried.result is None else tried.result.text.split(":")[0]


def _needs(found: Needs) -> list[str]:
    lines = wrapped(f"needed in {found.file}: what happens without the line")
    lines += [line for t in found.needed for line in _entry(t, t.edit.old)] or ["  nothing"]
    lines += ["", "not needed: proved without the line, each by itself"]
    lines += [line for t in found.spare for line in _entry(t, t.edit.old)] or ["  nothing"]
    if found.together is not None:
        lines += ["", *wrapped(f"without all of these at once: {found.together.text}", "  ")]
    lines += ["", f"lemmas ({len(found.lemmas)}), none of which can be left out:"]
    lines += [line for x in found.lemmas for line in wrapped(x.sentence, "    ", "  ")]
    return [*lines, ""]


def _entry(tried: Tried, text: str) -> list[str]:
    return wrapped(f"{_verdict(tried):<14} {tried.edit.line:>4}  {text}", " " * 23, "  ")


def _repairs(found: Repairs) -> list[str]:
    mended = [t for t in found.decided if t.result is not None and t.result.status in PROVED]
    others = [t for t in found.decided if t not in mended]
    lines = wrapped(f"changes of {found.file} with which it is proved")
    lines += [line for t in mended for line in _change(t)] or ["  none of those decided"]
    if others:
        lines += ["", "changes that no run seen so far refutes, and what was found"]
        lines += [line for t in others for line in _change(t)]
    counts = (
        f"{found.tried} changes tried: a plain run refutes {found.refuted}, {found.unusable} make no "
        f"design, {len(found.decided)} were decided"
    )
    counts += f", {found.left} were not (--limit)" if found.left else ""
    return [*lines, "", *wrapped(counts), ""]


def _change(tried: Tried) -> list[str]:
    edit = tried.edit
    if edit.kind == "added":
        what = f"add `{edit.new}` at the end of {edit.function}"
    elif edit.kind == "swapped":
        what = f"`{edit.old}` after `{edit.new}`"
    else:
        what = f"`{edit.old}` becomes `{edit.new}`"
    return _entry(tried, f"{what} ({edit.kind})")


def _json(content: Content, found: Sequence[Attributed]) -> str:
    return document(SCHEMA, content, [_as_json(each) for each in found])


def _as_json(each: Attributed) -> dict[str, Any]:
    result, hangs = each.result, each.hangs
    data: dict[str, Any] = {
        "design": result.cell.design,
        "host": result.cell.host,
        "property": result.cell.property,
        "params": result.cell.settings.texts(),
        "status": result.status.value,
        "depth": result.depth,
        "reason": result.reason,
        "file": hangs.file if hangs is not None else None,
        "needed": None,
        "not_needed": None,
        "lemmas": None,
        "repairs": None,
        "inevitable_after": None if each.fated is None else each.fated.steps,
    }
    if isinstance(hangs, Needs):
        data["needed"] = [_tried(t) for t in hangs.needed]
        data["not_needed"] = [_tried(t) for t in hangs.spare]
        data["lemmas"] = [{"owner": x.owner, "name": x.name} for x in hangs.lemmas]
    elif isinstance(hangs, Repairs):
        data["repairs"] = [_tried(t) for t in hangs.decided]
    return data


def _tried(tried: Tried) -> dict[str, Any]:
    result = tried.result
    return {
        "line": tried.edit.line,
        "function": tried.edit.function,
        "kind": tried.edit.kind,
        "old": tried.edit.old,
        "new": tried.edit.new,
        "status": None if result is None else result.status.value,
        "depth": None if result is None else result.depth,
    }


FORMATS: Mapping[str, Callable[[Content, Sequence[Attributed]], str]] = {
    "text": _text,
    "json": _json,
}
"""The formats by name."""
