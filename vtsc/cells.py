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
    from vtsc.lemmas import Lemma
    from vtsc.proving import Proofs

EARLY = 6
"""How deep "sometimes" are searched for before a proof is asked that they are never reached."""


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
        named = model_error(content, error)
        results = [_failed(cell, str(named), named) for cell in group.cells()]
    seconds = (time.monotonic() - started) / len(results)
    return [
        replace(r, seconds=seconds, recorded=recorded_verdict(content, r.cell)) for r in results
    ]


def _failed(cell: Cell, reason: str, error: Exception) -> Result:
    status = getattr(error, "status", None)
    return Result(cell, Status.ERROR, 0, "bmc", 0.0, reason, exit=status)


def model_error(content: Content, error: Exception) -> Exception:
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
    repeated: dict[str, Any]
    """Witnesses of violations that were found by repetition."""


def _decide(
    content: Content, group: Group, depth: int, prove: bool, harder: bool
) -> Iterator[Result]:
    from vtsc.proving import Proofs
    from vtsc.proving import prove as by_lemmas

    cells = group.cells()
    machine = content.model.build(group.design, group.host, group.settings)
    sometimes = content.witnesses(machine)
    reaching = _Reaching(content, cells, sometimes, min(depth, EARLY) if prove else depth)
    proofs = by_lemmas(content, cells, reaching.missing) if prove else Proofs()
    reached = reaching.result(proofs.never, depth)
    searches = {
        c.property: _search(
            content,
            group,
            [content.properties[c.property]],
            depth,
            lemmas=proofs.settled.get(c.property, ()),
            confirm=True,
        )
        for c in cells
        if c.property not in proofs.certificates
    }
    repeated: dict[str, Any] = {}
    if harder:
        repeated = _find_repeated(content, cells, searches)
        _prove_harder(content, [c for c in cells if c.property not in repeated], proofs, searches)
    why = _stuck(content, group) if proofs.certificates else None
    for cell in cells:
        yield _verdict(content, cell, _Found(proofs, why, reached, searches, repeated))


def _stuck(content: Content, group: Group) -> str | None:
    from vtsc.liveness import Place, stuck

    return stuck(content, Place(group.design, group.host, group.settings))


def _find_repeated(
    content: Content, cells: list[Cell], searches: Mapping[str, "Search"]
) -> dict[str, Any]:
    """Long counterexamples for the properties in which search finds nothing, as far as it gets."""
    from vtsc.harder import find_repeated

    found = {}
    for cell in cells:
        search = searches.get(cell.property)
        if search is not None and cell.property not in search.witnesses:
            witness = find_repeated(content, cell)
            if witness is not None:
                found[cell.property] = witness
    return found


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
    content: Content,
    group: Group,
    monitors: Sequence[Any],
    depth: int,
    *,
    loose: Sequence[str] = (),
    lemmas: Sequence["Lemma"] = (),
    confirm: bool = False,
) -> "Search":
    """Search for the targets of ``monitors``, given ``lemmas`` that hold of every reachable state.

    Witnesses of ``loose`` need not be canonical. ``confirm``: ask a plain solver as well.
    """
    from vtsc.arithmetics.integers import SolverFeasibility
    from vtsc.builder import build
    from vtsc.engines.bmc import search

    machine = content.model.build(group.design, group.host, group.settings)
    system = build(machine, monitors, SolverFeasibility, lemmas=lemmas)
    return search(system, [m.name for m in monitors], depth, any_witness=loose, confirm=confirm)


class _Reaching:
    """Every "sometimes" of a group: reached by a replayed run, never, or neither.

    They are searched for twice: most are reached in a few steps, which spares asking for a proof that
    they are not.
    """

    def __init__(
        self, content: Content, cells: Sequence[Cell], sometimes: Sequence[Any], depth: int
    ) -> None:
        self._content = content
        self._cell = cells[0]
        self._all = sometimes
        needed = {name for c in cells for name in content.properties[c.property].needs}
        self._loose = [s.name for s in sometimes if s.name not in needed]
        self._searched = 0
        self._witnesses: dict[str, Any] = {}
        self._never: set[str] = set()
        self.missing = list(sometimes)
        """Neither reached so far nor known to be never reached."""
        self._look(depth)

    def _look(self, depth: int) -> None:
        if not self.missing or depth <= self._searched:
            return
        cell = self._cell
        group = Group(cell.design, cell.host, cell.settings, ())
        found = _search(self._content, group, self.missing, depth, loose=self._loose)
        self._searched = found.depth
        self._witnesses |= found.witnesses
        self._never |= found.never
        self._settle()

    def _settle(self) -> None:
        done = self._witnesses.keys() | self._never
        self.missing = [s for s in self.missing if s.name not in done]

    def result(self, never: set[str], depth: int) -> tuple[Reached, ...]:
        """The outcome for each; ``never`` names those that are proved, the others are searched for."""
        self._never |= never
        self._settle()
        self._look(depth)
        return tuple(self._outcome(s.name) for s in self._all)

    def _outcome(self, name: str) -> Reached:
        from vtsc.replay import trace_of

        witness = self._witnesses.get(name)
        cell = replace(self._cell, property=name)
        trace = trace_of(self._content, cell, witness) if witness is not None else None
        return Reached(name, name in self._never, self._searched, trace)


def _verdict(content: Content, cell: Cell, found: _Found) -> Result:
    search, certificate = (
        found.searches.get(cell.property),
        found.proofs.certificates.get(cell.property),
    )
    depth = search.depth if search else 0
    result = Result(cell, Status.BOUNDED, depth, "bmc", 0.0, sometimes=found.reached)
    if search and cell.property in search.witnesses:
        return _violated(content, result, search.witnesses[cell.property])
    if cell.property in found.repeated:
        result = replace(result, engine="repetition", searched=depth)
        return _violated(content, result, found.repeated[cell.property])
    if search and search.reason:
        return replace(result, status=Status.UNKNOWN, reason=search.reason)
    known = {r.name: r for r in found.reached}
    needs = [known[n] for n in content.properties[cell.property].needs if n in known]
    missing = [r for r in needs if r.trace is None]
    if missing:
        reason = f"{missing[0].name} is not reached within {missing[0].searched} steps"
        return replace(result, status=Status.VACUOUS, reason=reason)
    if certificate is None:
        agreed = f"plain solver to {search.confirmed}" if search else ""
        return replace(result, reason=agreed)
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
