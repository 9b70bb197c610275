"""Reports what a change of a design changes: runs in two lanes, proofs, and cells with other verdicts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.deciding.bound import Bound
from vtsc.deciding.changes import Change, differing_settings, same_bound
from vtsc.deciding.pairs import Difference, Kind
from vtsc.deciding.verdict import Status
from vtsc.language.words import spelled
from vtsc.report.bounds import said
from vtsc.report.diff_document import json_document
from vtsc.report.text.lanes import lanes
from vtsc.report.text.story import story
from vtsc.report.text.wrapping import folded, hanging, title, wrapped


@dataclass(frozen=True)
class Compared:
    """Two cases and what is known of them."""

    old: Case
    new: Case
    found: Difference


@dataclass(frozen=True)
class Diff:
    """All that was found."""

    compared: Sequence[Compared]
    changes: Sequence[Change]
    bounds: Sequence[tuple[Bound, Bound]]
    """The greatest values of measures for both."""
    contents: tuple[Content, Content]
    names: tuple[str, str]


def text(given: Diff) -> str:
    """The report for people: runs and proofs, then verdicts, then a line for each host."""
    blocks = [
        *map(_compared, given.compared),
        *_changes(given),
        [*_bounds(given)],
        [*_summary(given)],
    ]
    return folded("\n\n".join("\n".join(block) for block in blocks if block) + "\n")


def _compared(each: Compared) -> list[str]:
    lines = [*title(f"{each.old.design} and {each.new.design} on {each.old.host}"), ""]
    for name, (old, new) in differing_settings(each.old, each.new).items():
        lines += hanging(f"{name} is {old} for {each.old.design}, and {new} for {each.new.design}")
    told = {Kind.DIFFERS: _differs, Kind.SAME: _same, Kind.PARTS: _parts}.get(
        each.found.kind, _open
    )
    return [*lines, *told(each)]


def _differs(each: Compared) -> list[str]:
    """The story, the lanes, and the fields that are the same in no run or in some only."""
    lines = [*wrapped(_first(each)), ""] if each.found.first else []
    return [*lines, *lanes((each.old, each.new), each.found), "", *_fields(each.found)]


def _parts(each: Compared) -> list[str]:
    """The run after which only one can go on."""
    found = each.found
    assert found.run is not None
    last = found.run.steps[-1]
    cases = [each.old, each.new] if last.lanes[1].waits else [each.new, each.old]
    able, stuck = (case.design for case in cases)
    depth = f"of up to {found.searched} steps " if found.searched else ""
    lines = wrapped(
        f"In step {len(found.run.steps)} only {able} can take {last.call}, and {stuck} can take no step "
        f"by itself. No run {depth}that both can follow lets anybody observe a difference. Of runs that "
        "only one can follow, nothing is said: compare the verdicts."
    )
    return [*lines, "", *lanes((each.old, each.new), found), "", *_fields(found)]


def _first(each: Compared) -> str:
    """The first step after which something differs that matters, with the lines that acted there."""
    found = each.found
    assert found.first is not None and found.run is not None
    number, field = found.first
    if number == 0:
        values = [spelled(int(values[field])) for values in found.run.start]
        sides = [f"{c.design} has {v}" for c, v in zip((each.old, each.new), values, strict=True)]
        return f"They differ from the start, in {field}: {', and '.join(sides)}."
    step = found.run.steps[number - 1]
    sides = []
    for case, lane in zip((each.old, each.new), step.lanes, strict=True):
        line = ""
        if lane.line is not None:
            line = f" ({case.content.relative(lane.line[0])}:{lane.line[1]})"
        waits = ", which waits," if lane.waits else ""
        sides.append(f"{case.design}{waits} has {spelled(int(lane.values[field]))}{line}")
    return f"They first differ in step {number}, {step.call}, in {field}: {', and '.join(sides)}."


def _fields(found: Difference) -> list[str]:
    names = ", ".join(found.different) or "none"
    return hanging(f"fields of both that may differ after some step: {names}")


def _same(each: Compared) -> list[str]:
    lines = wrapped(
        "In no run, however long, does anybody observe a difference. Both are fed the same calls and "
        "the same inputs, and no call is possible in one for good that is not in the other."
    )
    if each.found.lemmas:
        lines += ["", "By induction, with these lemmas:"]
        for number, (name, sentence) in enumerate(each.found.lemmas, 1):
            told = sentence if _is_told(name) else f"{name}: {sentence}"
            lines += wrapped(told, "    ", f"{number:2d}. ")
    elif not each.found.different:
        lines += wrapped("All fields that both have are the same after every step.")
    else:
        lines += wrapped("No lemma is needed but those about each design alone.")
    return [*lines, "", *_fields(each.found)] if each.found.different else lines


def _is_told(name: str) -> bool:
    """Whether a lemma's sentence says all, since its name is a sentence itself."""
    return " " in name


def _open(each: Compared) -> list[str]:
    found = each.found
    if found.kind is Kind.UNKNOWN:
        return wrapped(f"Nothing is known: {found.reason}.")
    agreed = f"; a plain solver agrees to {found.confirmed}" if found.confirmed else ""
    return [
        *wrapped(
            f"No run of up to {found.depth} steps lets anybody observe a difference{agreed}. This is "
            "no proof: no lemmas were found that show it for longer runs."
        ),
        "",
        *_fields(found),
    ]


# verdicts


def _changes(given: Diff) -> Iterator[list[str]]:
    if not given.changes:
        return
    changed = [c for c in given.changes if c.changed]
    rest = len(given.changes) - len(changed)
    unchanged = f"{rest} of {len(given.changes)} verdicts unchanged, with the same evidence"
    yield ["verdicts", "========"]
    yield [*(line for change in changed for line in _change(given, change)), unchanged]


def _change(given: Diff, change: Change) -> Iterator[str]:
    name = f"{change.host} {change.claim}"
    if change.verdict:
        worse = " [worse]" if change.worse else ""
        yield from hanging(f"{name}: {change.old.text} -> {change.new.text}{worse}")
    else:
        yield from hanging(f"{name}: {change.old.text} as before; {change.evidence}")
    new = change.new
    if change.verdict and new.status is Status.VIOLATED and new.trace and new.run:
        yield from wrapped(story(given.contents[1], new.trace, new.run), "  ", "  ")
    if new.reason and change.verdict:
        yield from wrapped(new.reason, "  ", "  ")


def _bounds(given: Diff) -> Iterator[str]:
    """The greatest values that are others now, and the number of those that are not."""
    if given.bounds:
        yield from ("bounds", "======", "")
    same = 0
    for old, new in given.bounds:
        name = f"{old.cell.host} {old.measure}"
        if same_bound(old, new):
            same += 1
        else:
            yield from hanging(f"{name} of {old.cell.design}: {said(old)}")
            yield from hanging(f"{name} of {new.cell.design}: {said(new)}")
    if given.bounds:
        yield f"{same} of {len(given.bounds)} bounds unchanged"


def _summary(given: Diff) -> Iterator[str]:
    names = " ".join(given.names)
    for each in given.compared:
        yield f"{names} {each.old.host}: {each.found.text}"
    if given.changes:
        verdicts = sum(c.verdict for c in given.changes)
        worse = sum(c.worse for c in given.changes)
        evidence = sum(bool(c.evidence) for c in given.changes)
        yield (
            f"{names}: of {len(given.changes)} verdicts {verdicts} changed, {worse} for the worse; "
            f"{evidence} have other evidence"
        )


FORMATS: Mapping[str, Callable[[Diff], str]] = {"text": text, "json": json_document}
"""The formats by name."""
