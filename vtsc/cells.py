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


def decide(content: Content, group: Group, depth: int, prove: bool) -> list[Result]:
    """Decide a group: by proof, if ``prove``, else by search to ``depth``; evidence is re-checked."""
    started = time.monotonic()
    try:
        results = list(_decide(content, group, depth, prove))
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
    """What is known of a group so far."""

    proofs: "Proofs"
    search: "Search"
    reached: tuple[Reached, ...] = ()


def _decide(content: Content, group: Group, depth: int, prove: bool) -> Iterator[Result]:
    from vtsc.arithmetics.integers import SolverFeasibility
    from vtsc.builder import build
    from vtsc.engines.bmc import search
    from vtsc.proving import Proofs
    from vtsc.proving import prove as by_lemmas
    from vtsc.replay import check_reached

    cells = group.cells()
    machine = content.model.build(group.design, group.host, group.settings)
    sometimes = content.witnesses(machine)
    proofs = by_lemmas(content, cells, sometimes) if prove else Proofs()
    asked = [content.properties[p] for p in group.properties if p not in proofs.certificates]
    searched: list[Any] = asked + [s for s in sometimes if s.name not in proofs.never]
    system = build(machine, searched, SolverFeasibility)
    needed = {name for c in cells for name in content.properties[c.property].needs}
    loose = [s.name for s in sometimes if s.name not in needed]
    found = search(system, [m.name for m in searched], depth, any_witness=loose)
    reached = []
    for s in sometimes:
        witness = found.witnesses.get(s.name)
        if witness is not None:
            check_reached(content, cells[0], s, witness)
        none = 0 if s.name in found.never or s.name in proofs.never else None
        reached.append(Reached(s.name, len(witness.calls) if witness else none))
    for cell in cells:
        yield _verdict(content, cell, _Found(proofs, found, tuple(reached)))


def _verdict(content: Content, cell: Cell, found: _Found) -> Result:
    result = Result(cell, Status.BOUNDED, found.search.depth, "bmc", 0.0, sometimes=found.reached)
    if cell.property in found.search.witnesses:
        return _violated(content, result, found.search.witnesses[cell.property])
    certificate = found.proofs.certificates.get(cell.property)
    if certificate is None and found.search.reason:
        return replace(result, status=Status.UNKNOWN, reason=found.search.reason)
    known = {r.name: r.depth for r in found.reached}
    needs = [n for n in content.properties[cell.property].needs if n in known]
    missing = [name for name in needs if not known[name]]
    if missing:
        reason = f"{missing[0]} is not reached within {found.search.depth} steps"
        return replace(result, status=Status.VACUOUS, reason=reason)
    if certificate is None:
        return result
    return replace(result, status=Status.PROVED, depth=0, engine="lemmas", certificate=certificate)


def _violated(content: Content, result: Result, witness: Any) -> Result:
    from vtsc.replay import explain, replay, trace_of

    try:
        trace = trace_of(content, result.cell, witness)
    except EvidenceError as error:
        return _failed(result.cell, str(error), error)
    run = explain(content, trace, replay(content, trace))
    return replace(result, status=Status.VIOLATED, depth=trace.violated_at, trace=trace, run=run)
