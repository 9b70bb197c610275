"""Reports thresholds, for people and for programs, with the evidence on both sides of each change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.threshold import FEW, Threshold
from vtsc.deciding.verdict import Result
from vtsc.report.document import document
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.proof import proof
from vtsc.report.text.wrapping import folded, hanging, wrapped

SCHEMA = "vtsc.thresholds/1"


@dataclass(frozen=True)
class Found:
    """A cell, and the threshold of the parameter there."""

    cell: Cell
    threshold: Threshold


def written(name: str, content: Content, found: Sequence[Found]) -> str:
    """The report in the format of that name."""
    return FORMATS[name](content, found)


def text(content: Content, found: Sequence[Found]) -> str:
    """The report for people: first the evidence of all cells, then a few lines for each cell."""
    parts = [_evidence(content, each.threshold) for each in found]
    lines = [line for each in found for line in _lines(each)]
    return folded("\n".join([*(p for p in parts if p), *lines]) + "\n")


def _evidence(content: Content, found: Threshold) -> str:
    """The proof and the counterexample on the two sides of each change."""
    sides = dict.fromkeys(n for change in found.changes for n in change)
    return "\n".join(told for n in sides if (told := _shown(content, found.results[n])))


def _shown(content: Content, result: Result) -> str:
    if result.trace is not None and result.run is not None:
        run, searched = result.run, result.searched
        return counterexample(content, result.trace, run, searched, doubt=result.doubt)
    if result.certificate is None:
        return ""
    manifest = result.certificate.evidence().manifest()
    return proof(content, manifest, only=result.certificate.only)


def _lines(each: Found) -> list[str]:
    cell, found = each.cell, each.threshold
    name = found.grid.parameter.name
    head = f"{cell.design} {cell.host} {cell.property}: "
    told = [_change(found, name, *change) for change in found.changes] or [_unchanged(found, name)]
    if found.undecided:
        missing = ", ".join(_value(found, n) for n in found.undecided)
        told.append(f"no verdict at {missing}")
    return [
        *hanging(head + "; ".join(told)),
        *wrapped(f"decided: {_decided(found)}", "    ", "  "),
        *wrapped(_rest(found), "    ", "  "),
    ]


def _decided(found: Threshold) -> str:
    """Each value with its verdict; of many values, neighbours with the same verdict are told as one."""
    parts: list[list[int]] = []
    for n, result in found.results.items():
        last = parts[-1][-1] if parts and len(found.results) > FEW else None
        if last == n - 1 and found.results[last].text == result.text:
            parts[-1].append(n)
        else:
            parts.append([n])
    return ", ".join(f"{_span(found, part)} {found.results[part[0]].text}" for part in parts)


def _span(found: Threshold, numbers: Sequence[int]) -> str:
    first, last = (_value(found, numbers[end]) for end in (0, -1))
    return first if len(numbers) == 1 else f"{first} to {last}"


def _value(found: Threshold, number: int) -> str:
    return str(found.grid.text(number))


def _change(found: Threshold, name: str, low: int, high: int) -> str:
    first, then = ("holds", "fails") if found.holds(low) else ("fails", "holds")
    one, other = (f"{_value(found, n)} ({found.results[n].text})" for n in (low, high))
    return f"{first} at {name}={one}, {then} at {other}"


def _unchanged(found: Threshold, name: str) -> str:
    first, last = min(found.results), max(found.results)
    ends = f"from {name}={_value(found, first)} to {_value(found, last)}"
    verdicts = {found.holds(n) for n in found.results}
    if found.follows:
        verdicts -= {None}
    for holds, said in ((True, "holds"), (False, "fails")):
        if verdicts == {holds}:
            everywhere = found.whole or found.follows
            return f"{said} {ends}" if everywhere else f"{said} at both ends, {ends}"
    return f"no change found {ends}"


def _rest(found: Threshold) -> str:
    """What is known of the values that are not listed."""
    values = found.grid
    span = f"from {values.text(0)} to {values.text(values.count - 1)} in steps of {values.apart}"
    if found.whole:
        return f"every value {span} was decided{_course(found)}"
    if len(found.results) == values.count:
        return f"every value {span} was tried"
    if found.included is not None:
        which, count = (
            "greater" if found.included.more else "smaller",
            len(found.included.questions),
        )
        why = f"what violates it at one value does so at every {which} one"
        return f"proved of all values {span}, by {count} questions: {why}{_followed(found)}"
    return f"not known to be monotone: other values {span} were not decided"


def _course(found: Threshold) -> str:
    """How the verdict changes over a range in which it is known of every value."""
    if not found.changes:
        return ""
    if not found.is_monotone:
        return f": not monotone, it changes {len(found.changes)} times"
    ((low, high),) = found.changes
    first, then = ("holds", "fails") if found.holds(low) else ("fails", "holds")
    return f": {first} at all up to {_value(found, low)}, {then} at all from {_value(found, high)}"


def _followed(found: Threshold) -> str:
    """What follows from the verdicts and a proof about all values."""
    (low, high), more = found.edges, found.included is None or found.included.more
    first, then = ("holds", "fails") if more else ("fails", "holds")
    told = []
    if low >= 0:
        told.append(f"{first} at all up to {_value(found, low)}")
    if high < found.grid.count:
        told.append(f"{then} at all from {_value(found, high)}")
    return f", so it {', and '.join(told)}" if told else ""


def json_document(content: Content, found: Sequence[Found]) -> str:
    """One object, of the schema vtsc.thresholds/1."""
    return document(SCHEMA, content, [_result(content, each) for each in found])


def _result(content: Content, each: Found) -> dict[str, Any]:
    cell, found = each.cell, each.threshold
    values = found.grid
    return {
        "design": cell.design,
        "host": cell.host,
        "property": cell.property,
        "parameter": values.parameter.name,
        "params": {k: v for k, v in cell.settings.texts().items() if k != values.parameter.name},
        "within": [values.text(0), values.text(values.count - 1)],
        "step": values.apart,
        "changes": [_side(found, *change) for change in found.changes],
        "every_value_decided": found.whole,
        "monotone": found.is_monotone,
        "inclusion": _inclusion(found),
        "decided": [
            {"value": values.text(n), "status": r.status.value, "depth": r.depth}
            for n, r in found.results.items()
        ],
    }


def _inclusion(found: Threshold) -> dict[str, Any] | None:
    if found.included is None:
        return None
    where = "greater" if found.included.more else "smaller"
    return {"violations_stay_at": where, "questions": len(found.included.questions)}


def _side(found: Threshold, low: int, high: int) -> dict[str, Any]:
    holds, fails = (low, high) if found.holds(low) else (high, low)
    trace, certificate = found.results[fails].trace, found.results[holds].certificate
    return {
        "holds_at": found.grid.text(holds),
        "fails_at": found.grid.text(fails),
        "trace": trace.as_json() if trace else None,
        "certificate": certificate.place.as_posix() if certificate else None,
    }


FORMATS: Mapping[str, Callable[[Content, Sequence[Found]], str]] = {
    "text": text,
    "json": json_document,
}
"""The formats by name."""
