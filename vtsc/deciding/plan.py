"""Deciding the cells of a case: engines that share a preparation first, then the others cell by cell.

Cases can be begun, and open cells finished, in any order and in parallel.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import TYPE_CHECKING

from vtsc.base.errors import EvidenceError, ValidationError, VtscError
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.deciding.guarded import Open, failed, guarded
from vtsc.deciding.limits import NO_LIMIT, Limit
from vtsc.deciding.verdict import Reached, Result, Status
from vtsc.evidence.hints import Like
from vtsc.native.witness import Witness

if TYPE_CHECKING:  # these import z3
    from vtsc.deciding.proofs import Proofs
    from vtsc.engines import Answers, Effort
    from vtsc.engines.task import Answer
    from vtsc.evidence.certificate import Certificate
    from vtsc.evidence.systems import Systems

EARLY = 6
"""The depth to which "sometimes" are searched for before a proof is tried that they are never reached."""
DEEP = 12
"""How deep a search goes without lemmas; a deeper one needs them, and they may prove the property."""
FEW = 4
"""The product of a machine's sizes up to which a search does without lemmas; beyond, it gets less deep."""


def effort(*, prove: bool, bounded: bool) -> "Effort":
    """The effort of the engines: a proof by every means, no proof at all, or the usual."""
    from vtsc.engines import Effort

    if bounded:
        return Effort.BOUNDED
    return Effort.ALL if prove else Effort.USUAL


def enlist(names: Sequence[str]) -> None:
    """Ask these engines as well, by name; raises `UsageError` for one that cannot be used."""
    if names:
        from vtsc.engines import enlist as also

        also(names)


def begin(
    case: Case,
    properties: Sequence[str],
    depth: int,
    effort: "Effort",
    doubted: Collection[str] = (),
    limit: Limit = NO_LIMIT,
    like: Like | None = None,
) -> list[Result | Open]:
    """Decide by the engines that share a preparation: for each property its result, or its open cell.

    A violation of a property that is ``doubted`` is looked for here, and no proof of it is tried here. What
    proved a cell that is ``like`` this one is tried first.
    """
    cells = [case.cell(prop) for prop in properties]
    work = partial(_together, case, properties, depth, effort, doubted, like)
    return guarded(case, cells, work, limit)


def finish(case: Case, left: Open, depth: int, effort: "Effort", limit: Limit = NO_LIMIT) -> Result:
    """Decide an open cell by the other engines, searching to ``depth``; evidence is re-checked."""
    work = guarded(case, [left.cell], lambda: [_alone(case, left, depth, effort)], limit)
    (result,) = (r for r in work if isinstance(r, Result))
    return replace(result, seconds=left.seconds + result.seconds, units=left.units + result.units)


def decide(case: Case, properties: Sequence[str], depth: int, effort: "Effort") -> list[Result]:
    """Decide the cells of a case, one after the other."""
    begun = begin(case, properties, depth, effort)
    return [finish(case, x, depth, effort) if isinstance(x, Open) else x for x in begun]


def _together(
    case: Case,
    properties: Sequence[str],
    depth: int,
    effort: "Effort",
    doubted: Collection[str],
    like: Like | None,
) -> Iterator[Result | Open]:
    from vtsc.deciding.proofs import Proofs, prove
    from vtsc.deciding.reaching import Reaching
    from vtsc.engines import Effort, asked
    from vtsc.evidence.systems import Systems

    systems = Systems(case)
    suspects = [prop for prop in properties if prop in doubted]
    hoped = [prop for prop in properties if prop not in doubted]
    if depth > DEEP or (hoped and prod(case.machine().sizes.values()) > FEW):
        effort = max(effort, Effort.USUAL)
    proving = bool(asked(effort, shared=True))
    early = min(depth, EARLY) if proving else depth
    try:
        reaching = Reaching(systems, properties, suspects, early)
        if proving:
            reaching.exclude()
        proofs = prove(systems, hoped, reaching.missing, effort, like) if proving else Proofs()
        reached = reaching.result(proofs.never, depth)
    except EvidenceError as error:
        raise _difference(systems, ()) or error from None
    stuck = progress_lacks(systems) if proofs.certificates else None
    doubt = _difference(systems, reached) or _contradiction(systems, proofs, reached)
    for prop in properties:
        settled = proofs.settled.get(prop, ())
        left = Open(case.cell(prop), reached, settled, doubt=str(doubt or ""))
        certificate, witness = proofs.certificates.get(prop), reaching.violation(prop)
        if certificate is not None and doubt is not None:
            yield failed(left.cell, doubt)
        elif certificate is not None:
            yield proved(systems, certificate.engine, certificate, reached, stuck)
        elif witness is not None:
            yield _believed(systems, left, _violated(systems, left, "bmc", witness, None))
        else:
            yield left


def _contradiction(
    systems: "Systems", proofs: "Proofs", reached: Sequence[Reached]
) -> VtscError | None:
    """The error that a plain run hits what was proved never to happen; None where no run does."""
    from vtsc.evidence.validating import contradiction

    proved = {prop: c.any_number for prop, c in proofs.certificates.items()}
    never = dict.fromkeys((r.name for r in reached if r.never), False)
    found = (contradiction(systems, n, anywhere=x) for n, x in {**never, **proved}.items())
    return next((x for x in found if x is not None), None)


def _alone(case: Case, left: Open, depth: int, effort: "Effort") -> Result:
    from vtsc.engines import asked, first_accepted
    from vtsc.engines.task import Task
    from vtsc.evidence.earlier import earlier_run
    from vtsc.evidence.systems import Systems, chosen

    systems, prop = Systems(case), left.cell.property
    task = Task(
        prop,
        partial(systems.own, [case.property(prop)]),
        depth,
        lemmas=case.lemmas(prop),
        known=chosen(case, prop, None, left.lemmas, frame=False),
        rounds=case.machine().rounds,
        earlier=earlier_run(case, prop),
    )
    accept = partial(_accepted, systems, left)
    result, answers = first_accepted(task, asked(effort, shared=False), accept)
    return _believed(systems, left, result or _undecided(systems, left, answers))


def _believed(systems: "Systems", left: Open, result: Result) -> Result:
    """The result, after its rules were compared with the functions; a replayed violation stands anyway.

    Where the search was not deep enough for a violation that a plain run shows, that violation is the result.
    """
    from vtsc.evidence.validating import contradiction

    doubt: VtscError | None = ValidationError(left.doubt) if left.doubt else None
    doubt = doubt or _difference(systems, left.sometimes, again=True)
    if doubt is None and result.status is not Status.VIOLATED:
        anywhere = result.certificate is not None and result.certificate.any_number
        doubt = contradiction(systems, left.cell.property, _excluded(result), anywhere=anywhere)
    if doubt is None:
        return _seen(systems, left, result)
    if result.status is Status.VIOLATED:
        return replace(result, doubt=str(doubt))
    return failed(left.cell, doubt)


def _excluded(result: Result) -> int | None:
    """The depth to which a result excludes violations; None if it excludes them at any depth.

    A vacuous result without a depth comes from a proof.
    """
    of_a_proof = result.status is Status.VACUOUS and not result.depth
    return None if result.status is Status.PROVED or of_a_proof else result.depth


def _seen(systems: "Systems", left: Open, result: Result) -> Result:
    """The violation that a plain run shows, without needless steps; where there is none, the result."""
    from vtsc.evidence.shorten import shortened

    hit = systems.hits.get(left.cell.property)
    if hit is None or result.status not in (Status.BOUNDED, Status.UNKNOWN, Status.VACUOUS):
        return result
    run = shortened(systems.case, left.cell.property, hit.run)
    return _violated(systems, left, "simulation", run, result.depth)


def _difference(
    systems: "Systems", reached: Sequence[Reached], *, again: bool = False
) -> VtscError | None:
    """The first difference between rules and functions; None where they agree. ``again``: see `validated`."""
    from vtsc.evidence.validating import validated

    try:
        validated(systems, [r.trace for r in reached if r.trace is not None], again=again)
    except ValidationError as error:
        return error
    return None


def _accepted(
    systems: "Systems", left: Open, name: str, answer: "Answer", before: "Answers"
) -> Result | None:
    """The result of an engine's answer; None where the answer does not stand up to its checks."""
    from vtsc.deciding.proofs import certified

    if answer.witness is not None:
        searched = None if answer.shortest else max((a.depth for a in before.values()), default=0)
        return _violated(systems, left, name, answer.witness, searched)
    certificate = certified(systems, left.cell.property, answer)
    if certificate is None:
        return None
    return proved(systems, name, certificate, left.sometimes, progress_lacks(systems))


def _undecided(systems: "Systems", left: Open, answers: "Answers") -> Result:
    """The result of a cell that no engine decides: the depth that was searched, or why the search gave up."""
    from vtsc.engines.task import Finding

    name, answer = next(
        ((n, a) for n, a in answers.items() if a.finding is Finding.HOLDS),
        next(iter(answers.items())),
    )
    result = Result(left.cell, Status.BOUNDED, answer.depth, name, 0.0, sometimes=left.sometimes)
    if answer.finding is not Finding.HOLDS:
        return replace(result, status=Status.UNKNOWN, reason=answer.reason)
    missing = _emptiness(systems, left.cell, left.sometimes)
    if missing:
        return replace(result, status=Status.VACUOUS, reason=missing)
    reason = f"plain solver to {answer.confirmed}"
    if answer.lopsided:
        reason += f"; for these sizes, since {systems.use(left.cell.property) or answer.lopsided}"
    return replace(result, reason=reason)


def progress_lacks(systems: "Systems") -> str | None:
    """What is missing in the proof that no state is stuck, or that it is of no state; None: nothing."""
    from vtsc.deciding.room import nowhere
    from vtsc.evidence import progress

    return progress.stuck(systems) or nowhere(systems)


def _needed(case: Case, cell: Cell, reached: Sequence[Reached]) -> list[Reached]:
    """The "sometimes" without which the claim of the cell's property is empty."""
    known = {r.name: r for r in reached}
    return [known[name] for name in case.needed(cell.property)]


def _emptiness(systems: "Systems", cell: Cell, reached: Sequence[Reached]) -> str:
    """The reason why the property's claim is empty; an empty text if it is not."""
    if not systems.reports(cell.property):
        return f"{cell.property} reports a violation on no path of any action of this machine"
    for r in _needed(systems.case, cell, reached):
        if r.trace is None:
            return f"{r.name} is not reached within {r.searched} steps"
    return ""


def proved(
    systems: "Systems",
    engine: str,
    certificate: "Certificate",
    reached: tuple[Reached, ...],
    stuck: str | None,
) -> Result:
    """The result of a proof: PROVED, or VACUOUS where the claim is empty."""
    cell = certificate.cell
    result = Result(cell, Status.VACUOUS, 0, engine, 0.0, sometimes=reached)
    empty = _emptiness(systems, cell, reached) or stuck
    if empty:
        return replace(result, reason=empty)
    needed = _needed(systems.case, cell, reached)
    shown = tuple((r.name, r.trace) for r in needed if r.trace is not None)
    certificate = replace(certificate, witnesses=shown)
    return replace(result, status=Status.PROVED, certificate=certificate)


def _violated(
    systems: "Systems", left: Open, engine: str, witness: Witness, searched: int | None
) -> Result:
    """The result of a witness: VIOLATED if the plain interpreter confirms it, else ERROR."""
    from vtsc.evidence.replay import trace_of

    try:
        trace, run = trace_of(systems.case, left.cell.property, witness)
    except EvidenceError as error:
        return failed(left.cell, error)
    return Result(
        left.cell,
        Status.VIOLATED,
        trace.hit_at,
        engine,
        0.0,
        trace=trace,
        run=run,
        sometimes=left.sometimes,
        searched=searched,
    )
