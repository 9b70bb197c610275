"""The "sometimes" of the cases that were opened, and whether they are reached."""

from collections.abc import Sequence

from vtsc.content.content import Content
from vtsc.deciding.verdict import Reached, Result
from vtsc.report.text.wrapping import hanging


def every_sometimes(results: Sequence[Result]) -> str:
    """For each design and host the events that are REACHED (depth), NEVER, or not reached to the depth."""
    lines: dict[str, None] = {}
    for r in results:
        if r.sometimes:
            head = f"{r.cell.design} {r.cell.host}: "
            lines.setdefault(_wrapped(head + ", ".join(map(_outcome, r.sometimes))))
    return "sometimes:\n" + "\n".join(lines) + "\n" if lines else ""


def _outcome(s: Reached) -> str:
    if s.depth:
        return f"{s.name} REACHED({s.depth})"
    return f"{s.name} {'NEVER' if s.never else f'not to depth {s.searched}'}"


def sometimes(content: Content, results: Sequence[Result]) -> str:
    """The events that some designs never reach and another does on the same host, with like parameters."""
    outcomes: dict[tuple[str, str], dict[str, list[tuple[str, Reached]]]] = {}
    for r in results:
        like = _parameters(content, r)
        for s in r.sometimes:
            of_host = outcomes.setdefault((s.name, r.cell.host), {})
            of_host.setdefault(like, []).append((r.cell.design, s))
    hosts: dict[tuple[str, str], list[str]] = {}
    for (name, host), alike in outcomes.items():
        never = [d for found in alike.values() for d in _outdone(found)]
        if never:
            hosts.setdefault((name, ", ".join(dict.fromkeys(never))), []).append(host)
    told = (f"{name} on {', '.join(on)}: NEVER by {who}" for (name, who), on in hosts.items())
    return "\n".join(map(_wrapped, told)) + "\n" if hosts else ""


def _outdone(found: Sequence[tuple[str, Reached]]) -> list[str]:
    """The designs that never reach an event that another one does; none where no design reaches it."""
    reached = any(s.depth for _, s in found)
    return [design for design, s in found if s.never and reached]


def _parameters(content: Content, result: Result) -> str:
    """The parameters of a cell that differ from the design's own: designs may fix some."""
    cell = result.cell
    changed = content.changed(cell.design, None, cell.settings)
    return " ".join(f"{k}={v}" for k, v in changed.items())


def _wrapped(text: str) -> str:
    return "\n".join(hanging(text))
