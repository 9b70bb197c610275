"""What was found out about violations before: why each happened, and which of its inputs matter.

Both are found by playing runs natively, over and over. They rest on the trace, on all sources of the content,
since sentences name lines and other hosts, and on the checker. An entry has a checksum; one that does not fit
is ignored.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from vtsc.base.cache import keep_sealed, recalled_sealed
from vtsc.base.parallel import in_order
from vtsc.content.content import Content
from vtsc.evidence.replay import case_of
from vtsc.evidence.trace import Trace
from vtsc.language.actions import Call
from vtsc.why.cause import (
    Cause,
    Condition,
    Difference,
    Earlier,
    Explanation,
    Read,
    explanation,
)
from vtsc.why.freedom import Place, mattering
from vtsc.why.probes import prepare

KINDS = {k.__name__: k for k in (Call, Cause, Condition, Difference, Earlier, Explanation, Read)}
Found = tuple[Explanation, tuple[Place, ...]]


def explained(
    content: Content, traces: Iterable[Trace], rests_on: str, jobs: int = 0, *, again: bool = False
) -> None:
    """Have the explanations of traces at hand, in ``content``: remembered, or else found on several cores.

    ``rests_on``: the digest of all that they rest on besides the traces. ``again``: find them all anew.
    """
    wanted = [trace for trace in traces if trace.property in content.properties]
    known = {trace.text(): None if again else _recalled(trace, rests_on) for trace in wanted}
    new = [trace for trace in wanted if known[trace.text()] is None]
    for trace, found in zip(new, _found(content, new, jobs), strict=True):
        known[trace.text()] = found
        if found is not None:
            _remember(trace, rests_on, found)
    for text, found in known.items():
        if found is not None:
            _note(content, text, found)


def _note(content: Content, text: str, found: Found) -> None:
    content.kept(("explanation", text), lambda: found[0])
    content.kept(("mattering", text), lambda: found[1])


def _found(content: Content, traces: Sequence[Trace], jobs: int) -> list[Found | None]:
    """The explanations; None where finding one fails, which is told when it is asked for.

    They hold records of classes that are made at run time, and so come from their processes as they are kept.
    """

    def find(trace: Trace) -> Any:
        try:
            case = case_of(content, trace)
            return _plain(explanation(case, trace)), _plain(mattering(case, trace))
        except Exception:
            return None

    if len(traces) > 1:
        with suppress(Exception):  # what is not compiled here is compiled where it is needed
            prepare(content.is_rule)
    found = in_order(traces, find, jobs)
    return [None if each is None else (_made(each[0]), _made(each[1])) for each in found]


def _recalled(trace: Trace, rests_on: str) -> Found | None:
    kept = recalled_sealed(_name(trace))
    try:
        if kept["rests_on"] != _digest(trace, rests_on):
            return None
        explanation, matter = _made(kept["explanation"]), _made(kept["mattering"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (explanation, matter) if isinstance(explanation, Explanation) else None


def _remember(trace: Trace, rests_on: str, found: Found) -> None:
    kept = {"explanation": _plain(found[0]), "mattering": _plain(found[1])}
    keep_sealed(_name(trace), {"rests_on": _digest(trace, rests_on), **kept})


def _name(trace: Trace) -> str:
    """The name of the entry for the cell of a trace; a new one replaces the one before."""
    cell = (trace.design, trace.host, trace.property, str(trace.params))
    return f"explained/{hashlib.sha256(repr(cell).encode()).hexdigest()[:32]}.json"


def _digest(trace: Trace, rests_on: str) -> str:
    return hashlib.sha256(f"{rests_on}\0{trace.text()}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON: a list begins with the name of a class, and a tuple's with 0.

    Of any other object, only the name of its class is told by reports. A list that begins with 1 has that.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return int(value) if isinstance(value, int) else str(value)
    if isinstance(value, tuple):
        return [0, *map(_plain, value)]
    name = type(value).__name__
    if KINDS.get(name) is not type(value):
        return [1, name]
    return [name, *(_plain(getattr(value, field)) for field in value.__dataclass_fields__)]


def _made(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, *parts = value
    if kind == 1:
        return type(str(parts[0]), (), {})()
    made = [_made(part) for part in parts]
    return tuple(made) if kind == 0 else KINDS[kind](*made)
