"""Reports of explained traces: as text, with the verdict last, and as a JSON document."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.explain.context import Given
from conformance.explain.events import Event, Offset, Page, Track
from conformance.explain.hosts import Answer
from conformance.explain.search import Explained, Refusal
from vtsc import __version__
from vtsc.base.errors import Exit
from vtsc.report.text.wrapping import wrapped

SHOWN = 4
"""The number of guards that are shown for an event, each for the hypothesis that guesses least."""


@dataclass(frozen=True)
class Told:
    """What was found for a VM, and what it was asked with."""

    answer: Answer
    given: Given

    @property
    def found(self) -> Explained:
        """How far its events are explained."""
        return self.answer.found

    @property
    def status(self) -> Exit:
        """What this VM makes of the exit status."""
        if self.found.blocked is None:
            return Exit.OK
        return Exit.UNKNOWN if self.answer.needs_khz else Exit.VIOLATED


def _text(name: str, told: Sequence[Told]) -> str:
    """The VMs one after the other, and at the end a verdict for each."""
    lines = [line for n, each in enumerate(told, 1) for line in _vm(n, each)]
    verdicts = [f"{_named(n, told)}{_verdict(each)}" for n, each in enumerate(told, 1)]
    return "\n".join([*lines, *verdicts]) + "\n"


def _named(n: int, told: Sequence[Told]) -> str:
    return "explain: " if len(told) == 1 else f"explain VM {n}: "


def _vm(n: int, told: Told) -> list[str]:
    found = told.found
    threads = " ".join(map(str, sorted({e.thread for e in found.events})))
    since = "from its creation" if found.from_creation else "in the middle of its life"
    lines = wrapped(f"VM {n}, {since}: vCPUs {_vcpus(found.events)}, threads {threads}", "  ")
    steps = found.left[0].steps if found.left else ()
    if steps:
        lines.append("steps that no event shows, as guessed:")
        lines += [part for line, words in steps for part in _step(line, words)]
    if found.blocked is None:
        lines += wrapped(_left(found), "  ")
    else:
        lines += _blocked(found)
    lines += wrapped(_rate(told), "  ")
    return [*lines, ""]


def _left(found: Explained) -> str:
    kinds = {h.vm.rules.offset_honoured for h in found.left}
    offsets = {frozenset({True}): "honoured", frozenset({False}): "discarded"}
    said = offsets.get(frozenset(kinds), "honoured or discarded")
    more = "; some were given up" if found.dropped else ""
    count = f"{len(found.left)} of at most {found.most} hypotheses left{more}"
    return f"offsets: {said} by this host; {count}"


def _rate(told: Told) -> str:
    """The host's rate that was taken, where no option gives it."""
    khz, said = told.answer.khz, []
    if told.given.khz is None:
        said.append(f"The host's TSC is taken to have {khz} kHz.")
    if told.answer.needs_khz:
        said.append(
            "It has another rate if all vCPUs are scaled, and the trace does not tell which."
        )
    if told.answer.if_scaled:
        said.append("All is explained if the host scales the TSC, as in --rules 6.18+scaling.")
    return " ".join(said)


def _step(line: int, words: str) -> list[str]:
    return wrapped(words, " " * 14, f"  line {line:<6} ")


def _blocked(found: Explained) -> list[str]:
    assert found.blocked is not None
    event = found.blocked.first
    whose = f" of vCPU {event.vcpu}" if isinstance(event, Offset | Track | Page) else ""
    said = f"line {event.line}, {found.blocked.named}{whose}, is explained by no hypothesis:"
    lines = wrapped(said, "  ")
    guards = list(_guards(found.refusals))
    for refusal in guards[:SHOWN]:
        offsets = "honoured" if refusal.honoured else "discarded"
        lines += wrapped(f"offsets {offsets}: {refusal.guard}", "    ", "  ")
    if len(guards) > SHOWN:
        lines.append(f"  and {len(guards) - SHOWN} more guards; --format json has all")
    if found.dropped:
        lines += wrapped(
            f"At most {found.most} hypotheses were followed at once, and others were given up: one of these "
            f"may explain the event.",
            "  ",
        )
    return lines


def _guards(refusals: Sequence[Refusal]) -> Sequence[Refusal]:
    """One refusal for each guard, the first of them."""
    return list({(r.honoured, r.guard): r for r in reversed(refusals)}.values())[::-1]


def _verdict(told: Told) -> str:
    found = told.found
    counted = f"{found.done} of {found.total} events"
    if found.blocked is None:
        return f"EXPLAINED {counted}"
    if told.answer.needs_khz:
        return f"UNKNOWN after {counted}: give the rate of the host's TSC by --khz"
    return f"BLOCKED after {counted}, line {found.blocked.first.line}: {found.blocked.named}"


def _vcpus(events: Sequence[Event]) -> str:
    numbers = {e.vcpu for e in events if isinstance(e, Offset | Track | Page)}
    return " ".join(map(str, sorted(numbers)))


def _json(name: str, told: Sequence[Told]) -> str:
    head = {"schema": "vtsc.explain/1", "tool": f"vtsc {__version__}", "trace": name}
    results = [_result(each) for each in told]
    return json.dumps({**head, "results": results}, indent=1) + "\n"


def _result(told: Told) -> dict[str, Any]:
    found = told.found
    best = found.left[0] if found.left else None
    return {
        "threads": sorted({e.thread for e in found.events}),
        "start": "creation" if found.from_creation else "midlife",
        "verdict": _verdict(told).split()[0],
        "khz": told.answer.khz,
        "explained": found.done,
        "events": found.total,
        "hypotheses": len(found.left),
        "most_hypotheses": found.most,
        "given_up": found.dropped,
        "steps": [{"line": line, "words": words} for line, words in best.steps] if best else [],
        "blocked": _blocked_at(found),
    }


def _blocked_at(found: Explained) -> dict[str, Any] | None:
    if found.blocked is None:
        return None
    guards = [
        {"offsets": "honoured" if r.honoured else "discarded", "guard": r.guard}
        for r in _guards(found.refusals)
    ]
    return {"line": found.blocked.first.line, "event": found.blocked.named, "guards": guards}


FORMATS: Mapping[str, Callable[[str, Sequence[Told]], str]] = {"text": _text, "json": _json}
"""The forms of a report."""
