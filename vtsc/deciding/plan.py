"""Deciding cells: by lemmas for all of a group at once, then whatever is left open cell by cell.

What is begun needs no other group, and what is finished no other cell, so that both can run side by side.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vtsc.base.errors import EvidenceError, VtscError
from vtsc.content.cells import Cell, Group
from vtsc.content.content import Content, model_error
from vtsc.content.expected import recorded_verdict
from vtsc.deciding.search import Reaching, search_cell
from vtsc.deciding.verdict import Reached, Result, Status

if TYPE_CHECKING:  # it imports z3
    from vtsc.evidence.certificate import Certificate

EARLY = 6
"""How deep "sometimes" are searched for before a proof is asked that they are never reached."""


@dataclass(frozen=True)
class Open:
    """A cell that lemmas leave open, and what is known of it."""

    cell: Cell
    sometimes: tuple[Reached, ...]
    lemmas: tuple[tuple[str, str], ...] = ()
    """Owner and name of those that hold of every reachable state."""
    seconds: float = 0.0


def begin(content: Content, group: Group, depth: int, prove: bool) -> list[Result | Open]:
    """What lemmas decide of a group, if ``prove``, and what they leave open, by property."""
    return _guarded(content, group.cells(), lambda: _by_lemmas(content, group, depth, prove))


def finish(content: Content, left: Open, depth: int, harder: bool = False) -> Result:
    """Decide an open cell by search to ``depth``; evidence is re-checked.

    ``harder``: where that leaves it open, ask the engines that need no lemma and take long.
    """
    work = _guarded(content, [left.cell], lambda: [_by_search(content, left, depth, harder)])
    (result,) = (r for r in work if isinstance(r, Result))
    return replace(result, seconds=left.seconds + result.seconds)


def decide(
    content: Content, group: Group, depth: int, prove: bool, harder: bool = False
) -> list[Result]:
    """Decide a group, one cell after the other."""
    begun = begin(content, group, depth, prove)
    return [finish(content, x, depth, harder) if isinstance(x, Open) else x for x in begun]


def _guarded(
    content: Content, cells: Sequence[Cell], work: Callable[[], Iterable[Result | Open]]
) -> list[Result | Open]:
    """What ``work`` finds of the cells, timed; where it fails, each of them is an error."""
    started = time.monotonic()
    found: list[Result | Open]
    try:
        found = list(work())
    except VtscError as error:
        found = [_failed(cell, error) for cell in cells]
    except (Exception, SystemExit) as error:  # a model may do anything
        named = model_error(content, error)
        found = [_failed(cell, named) for cell in cells]
    seconds = (time.monotonic() - started) / len(cells)
    timed = (replace(x, seconds=seconds) for x in found)
    return [
        x if isinstance(x, Open) else replace(x, recorded=recorded_verdict(content, x.cell))
        for x in timed
    ]


def _failed(cell: Cell, error: Exception) -> Result:
    status = getattr(error, "status", None)
    return Result(cell, Status.ERROR, 0, "bmc", 0.0, str(error), exit=status)


def _by_lemmas(content: Content, group: Group, depth: int, prove: bool) -> Iterator[Result | Open]:
    from vtsc.deciding.lemmas import Proofs
    from vtsc.deciding.lemmas import prove as by_lemmas

    cells = group.cells()
    machine = content.model.build(group.design, group.host, group.settings)
    sometimes = content.witnesses(machine)
    reaching = Reaching(content, cells, sometimes, min(depth, EARLY) if prove else depth)
    proofs = by_lemmas(content, cells, reaching.missing) if prove else Proofs()
    reached = reaching.result(proofs.never, depth)
    stuck = _stuck(content, cells[0]) if proofs.certificates else None
    for cell in cells:
        certificate = proofs.certificates.get(cell.property)
        if certificate is None:
            yield Open(cell, reached, proofs.settled.get(cell.property, ()))
        else:
            yield _proved(content, "lemmas", certificate, reached, stuck)


def _by_search(content: Content, left: Open, depth: int, harder: bool) -> Result:
    cell = left.cell
    monitor = content.properties[cell.property]
    search = search_cell(content, cell, [monitor], depth, lemmas=left.lemmas, confirm=True)
    result = Result(cell, Status.BOUNDED, search.depth, "bmc", 0.0, sometimes=left.sometimes)
    if cell.property in search.witnesses:
        return _violated(content, result, search.witnesses[cell.property])
    if harder:
        from vtsc.deciding.harder import find_repeated, prove_harder

        witness = find_repeated(content, cell)
        if witness is not None:
            repeated = replace(result, engine="repetition", searched=search.depth)
            return _violated(content, repeated, witness)
        proof = None if search.reason else prove_harder(content, cell)
        if proof is not None:
            return _proved(content, *proof, left.sometimes, _stuck(content, cell))
    if search.reason:
        return replace(result, status=Status.UNKNOWN, reason=search.reason)
    missing = _missing(content, cell, left.sometimes)
    if missing:
        return replace(result, status=Status.VACUOUS, reason=missing)
    return replace(result, reason=f"plain solver to {search.confirmed}")


def _stuck(content: Content, cell: Cell) -> str | None:
    """What is missing for every state of the cell's machine to lead on."""
    from vtsc.evidence.progress import Place, stuck

    return stuck(content, Place(cell.design, cell.host, cell.settings))


def _needed(content: Content, cell: Cell, reached: Sequence[Reached]) -> list[Reached]:
    """What has to be reached for the cell's claim not to be empty."""
    known = {r.name: r for r in reached}
    return [known[name] for name in content.properties[cell.property].needs if name in known]


def _missing(content: Content, cell: Cell, reached: Sequence[Reached]) -> str:
    """The first of it that is not reached; empty where there is none."""
    for r in _needed(content, cell, reached):
        if r.trace is None:
            return f"{r.name} is not reached within {r.searched} steps"
    return ""


def _proved(
    content: Content,
    engine: str,
    certificate: "Certificate",
    reached: tuple[Reached, ...],
    stuck: str | None,
) -> Result:
    """What a proof is worth: a claim that is empty is not proved."""
    cell = certificate.cell
    result = Result(cell, Status.VACUOUS, 0, engine, 0.0, sometimes=reached)
    empty = _missing(content, cell, reached) or stuck
    if empty:
        return replace(result, reason=empty)
    needed = _needed(content, cell, reached)
    shown = tuple((r.name, r.trace) for r in needed if r.trace is not None)
    certificate = replace(certificate, witnesses=shown)
    return replace(result, status=Status.PROVED, certificate=certificate)


def _violated(content: Content, result: Result, witness: Any) -> Result:
    from vtsc.evidence.replay import explain, replay, trace_of

    try:
        trace = trace_of(content, result.cell, witness)
    except EvidenceError as error:
        return _failed(result.cell, error)
    run = explain(content, trace, replay(content, trace))
    return replace(result, status=Status.VIOLATED, depth=trace.violated_at, trace=trace, run=run)
