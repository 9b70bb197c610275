"""Cells: what a command line asks for, grouped so that one search serves all that can share it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vtsc.claims import verdict_table
from vtsc.errors import BadFileError, EvidenceError, VtscError
from vtsc.loader import Content
from vtsc.parameters import Settings
from vtsc.verdict import Cell, Reached, Result, Status

if TYPE_CHECKING:  # these import z3
    from vtsc.engines.bmc import Search
    from vtsc.proving import Proofs


@dataclass(frozen=True)
class Group:
    """Cells that differ in their property only."""

    design: str
    host: str
    settings: Settings
    properties: tuple[str, ...]

    def cells(self) -> list[Cell]:
        """The cells of the group."""
        return [Cell(self.design, self.host, p, self.settings) for p in self.properties]


def groups(
    content: Content,
    designs: Sequence[str],
    hosts: Sequence[str],
    properties: Sequence[str],
    given: Mapping[str, str],
) -> list[Group]:
    """The groups of all combinations; raises `UsageError` for settings without meaning."""
    found: dict[tuple[str, str, Settings], list[str]] = {}
    for host in hosts:
        for design in designs:
            for name in properties:
                defaults = content.properties[name].defaults
                settings = content.model.resolve(design, given, defaults)
                found.setdefault((design, host, settings), []).append(name)
    return [Group(d, h, s, tuple(names)) for (d, h, s), names in found.items()]


def recorded_verdict(content: Content, cell: Cell) -> str | None:
    """The verdict that the property's file records for a cell, if any."""
    prop = content.properties[cell.property]
    for setting, table in prop.recorded.items():
        given = dict(item.split("=", 1) for item in setting.split())
        verdicts = verdict_table(table)
        if (cell.design, cell.host) not in verdicts:
            continue
        if content.model.resolve(cell.design, given, prop.defaults) == cell.settings:
            return verdicts[cell.design, cell.host]
    return None


def decide(
    content: Content, group: Group, depth: int, prove: bool, harder: bool = False
) -> list[Result]:
    """Decide a group: by lemmas, if ``prove``, else by search to ``depth``; evidence is re-checked.

    ``harder``: where both leave a cell open, ask the engines that need no lemma and take long.
    """
    started = time.monotonic()
    try:
        results = list(_decide(content, group, depth, prove, harder))
    except VtscError as error:
        results = [_failed(cell, str(error), error) for cell in group.cells()]
    except Exception as error:
        named = _model_error(content, error)
        results = [_failed(cell, str(named), named) for cell in group.cells()]
    seconds = (time.monotonic() - started) / len(results)
    return [
        replace(r, seconds=seconds, recorded=recorded_verdict(content, r.cell)) for r in results
    ]


def _failed(cell: Cell, reason: str, error: Exception) -> Result:
    status = getattr(error, "status", None)
    return Result(cell, Status.ERROR, 0, "bmc", 0.0, reason, exit=status)


def _model_error(content: Content, error: Exception) -> Exception:
    """An exception that the model's own code raised is a bad model; any other is ours."""
    place = error.__traceback__
    last = None
    while place is not None:
        file = place.tb_frame.f_code.co_filename
        if file.startswith((str(content.root / "model"), str(content.root / "properties"))):
            last = f"{content.relative(file)}:{place.tb_lineno}"
        place = place.tb_next
    if last is None:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return BadFileError(f"{last}: {type(error).__name__}: {error}")


@dataclass
class _Found:
    """What is known of a group: proofs, what was reached, and a search for each open property."""

    proofs: "Proofs"
    stuck: str | None
    """What is missing for every state to lead on; asked where something is proved."""
    reached: tuple[Reached, ...]
    searches: dict[str, "Search"]


def _decide(
    content: Content, group: Group, depth: int, prove: bool, harder: bool
) -> Iterator[Result]:
    from vtsc.proving import Proofs
    from vtsc.proving import prove as by_lemmas

    cells = group.cells()
    machine = content.model.build(group.design, group.host, group.settings)
    sometimes = content.witnesses(machine)
    proofs = by_lemmas(content, cells, sometimes) if prove else Proofs()
    reached = _reach(content, cells, sometimes, proofs, depth)
    searches = {
        c.property: _search(content, group, [content.properties[c.property]], depth)
        for c in cells
        if c.property not in proofs.certificates
    }
    if harder:
        _prove_harder(content, cells, proofs, searches)
    why = _stuck(content, group) if proofs.certificates else None
    for cell in cells:
        yield _verdict(content, cell, _Found(proofs, why, reached, searches))


def _stuck(content: Content, group: Group) -> str | None:
    from vtsc.liveness import Place, stuck

    return stuck(content, Place(group.design, group.host, group.settings))


def _prove_harder(
    content: Content, cells: list[Cell], proofs: "Proofs", searches: Mapping[str, "Search"]
) -> None:
    """Try to prove what lemmas leave open and in which search finds nothing."""
    from vtsc.harder import prove_harder

    for cell in cells:
        search = searches.get(cell.property)
        if search is not None and not search.reason and cell.property not in search.witnesses:
            found = prove_harder(content, cell)
            if found is not None:
                proofs.engines[cell.property], proofs.certificates[cell.property] = found


def _search(
    content: Content, group: Group, monitors: Sequence[Any], depth: int, loose: Sequence[str] = ()
) -> "Search":
    """Search for the targets of ``monitors``; witnesses of ``loose`` need not be canonical."""
    from vtsc.arithmetics.integers import SolverFeasibility
    from vtsc.builder import build
    from vtsc.engines.bmc import search

    machine = content.model.build(group.design, group.host, group.settings)
    system = build(machine, monitors, SolverFeasibility)
    return search(system, [m.name for m in monitors], depth, any_witness=loose)


def _reach(
    content: Content, cells: list[Cell], sometimes: Sequence[Any], proofs: "Proofs", depth: int
) -> tuple[Reached, ...]:
    """Every "sometimes" of a group: reached by a replayed run, never, or neither."""
    from vtsc.replay import trace_of

    first = cells[0]
    group = Group(first.design, first.host, first.settings, ())
    needed = {name for c in cells for name in content.properties[c.property].needs}
    loose = [s.name for s in sometimes if s.name not in needed]
    asked = [s for s in sometimes if s.name not in proofs.never]
    found = _search(content, group, asked, depth, loose)
    reached = []
    for s in sometimes:
        witness = found.witnesses.get(s.name)
        cell = replace(first, property=s.name)
        trace = trace_of(content, cell, witness) if witness is not None else None
        never = s.name in found.never or s.name in proofs.never
        reached.append(Reached(s.name, never, found.depth, trace))
    return tuple(reached)


def _verdict(content: Content, cell: Cell, found: _Found) -> Result:
    search, certificate = (
        found.searches.get(cell.property),
        found.proofs.certificates.get(cell.property),
    )
    depth = search.depth if search else 0
    result = Result(cell, Status.BOUNDED, depth, "bmc", 0.0, sometimes=found.reached)
    if search and cell.property in search.witnesses:
        return _violated(content, result, search.witnesses[cell.property])
    if search and search.reason:
        return replace(result, status=Status.UNKNOWN, reason=search.reason)
    known = {r.name: r for r in found.reached}
    needs = [known[n] for n in content.properties[cell.property].needs if n in known]
    missing = [r for r in needs if r.trace is None]
    if missing:
        reason = f"{missing[0].name} is not reached within {missing[0].searched} steps"
        return replace(result, status=Status.VACUOUS, reason=reason)
    if certificate is None:
        return result
    if found.stuck:
        return replace(result, status=Status.VACUOUS, reason=found.stuck)
    shown = tuple((r.name, r.trace) for r in needs if r.trace is not None)
    certificate = replace(certificate, witnesses=shown)
    engine = found.proofs.engines.get(cell.property, "lemmas")
    return replace(result, status=Status.PROVED, engine=engine, certificate=certificate)


def _violated(content: Content, result: Result, witness: Any) -> Result:
    from vtsc.replay import explain, replay, trace_of

    try:
        trace = trace_of(content, result.cell, witness)
    except EvidenceError as error:
        return _failed(result.cell, str(error), error)
    run = explain(content, trace, replay(content, trace))
    return replace(result, status=Status.VIOLATED, depth=trace.violated_at, trace=trace, run=run)
