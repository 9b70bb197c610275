"""Mutation score: how many small mistakes in a design some property notices (``make mutants``).

A mutant is killed where a verdict changes: what was proved is violated, or what was violated no longer
is, or is violated at another depth. Saved counterexamples are tried first, then the saved lemmas, then
searches, and last searches with other parameters (`EXTRA`). A survivor is equivalent where Z3 shows, host
by host and both ways, that with the default parameters its starts and steps are those of the design, if need
be with a constant added to all that the guest reads; other survivors are listed.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from crosscheck.campaign import arguments, outcomes, place
from crosscheck.interpreter import heard, interpreted
from crosscheck.mutate import mutants
from crosscheck.patience import gave_up
from crosscheck.roots import ROOT, write_changed
from crosscheck.shift import shifted
from vtsc.base.errors import BadFileError, EvidenceError, UsageError, VtscError
from vtsc.base.lines import nothing_wanted
from vtsc.base.parallel import Lost
from vtsc.content.case import Case
from vtsc.content.cells import (
    Cell,
    Group,
    groups,
)
from vtsc.content.content import Content, model_error
from vtsc.content.expected import (
    HOLDS,
    verdict_of_table,
)
from vtsc.content.loader import load
from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import search
from vtsc.engines.search.gave_up import GaveUp
from vtsc.evidence.bystander import bystander, start
from vtsc.evidence.certificate import check, make
from vtsc.evidence.systems import Systems
from vtsc.evidence.trace import Trace, load_trace
from vtsc.native.inputs import Recorded
from vtsc.native.interpreter import NotARun, Player
from vtsc.solver.solve import solve

FILES = {
    "v2_6_35_vmx": "2.6.35-vmx",
    "v2_6_35_svm": "2.6.35-svm",
    "v2_6_36_svm": "2.6.36-svm",
    "e48672fa": "e48672fa",
    "pre25": "pre25",
    "patch25": "patch25",
    "v2_6_37": "2.6.37",
}
"""The files that are mutated, with the design that each defines."""
PROPERTIES = ("monotonic", "nonzero_delta", "bounded_lag", "bounded_lead")
DEPTH = 13
"""The depth to which violations by a mutant are searched for."""
TRAPPED = {"vcpus": "2", "trapping": "unstable", "clock_resolution": "10ms"}
EXTRA: tuple[tuple[str, tuple[str, ...], dict[str, str], int], ...] = (
    ("monotonic_smp", ("stable", "skewed", "cstate", "resetting"), {}, 9),
    ("monotonic_smp", ("stable",), {"create_anytime": "on"}, 10),
    ("monotonic", ("resetting",), {"vendor": "vmx"}, 11),
    ("nonzero_delta", ("cstate",), TRAPPED, 7),
)
"""Further cells, as far as a design has them, with several vCPUs, another vendor, trapping; and how deep."""
PATIENCE = 600
"""Seconds of processor time for one mutant, as a backstop."""
JUDGE = "judge"
Keys = dict[str, list[tuple[str, str]]]
"""For each proved cell, by host and property, the lemmas of its proof."""
Depths = dict[str, int | None]
"""For each cell of `EXTRA` the least depth at which the design violates it, None for none."""
Job = tuple[str, str, str, str]
"""A mutant: its file, its design, a description, and its source."""


def judge(folder: Path, design: str, proofs: Keys, depths: Depths) -> str:
    """The outcome for the mutant in ``folder``: ``killed: ...``, ``equivalent: ...`` or ``alive``."""
    try:
        content = load(str(folder))
    except VtscError as error:
        return f"killed: {error}"
    try:
        cells = [c for g in _groups(content, design) for c in g.cells()]
        return (
            _by_trace(content, cells)
            or _by_proof(content, cells, proofs)
            or _by_violation(content, cells)
            or _by_extra(content, design, depths)
            or _equivalent(content, folder, cells)
            or "alive"
        )
    except (BadFileError, UsageError) as error:
        return f"killed: the model is refused: {error}"
    except Exception as error:
        named = model_error(content, error)
        if isinstance(named, BadFileError):
            return f"killed: {named}"
        raise


def _groups(content: Content, design: str) -> list[Group]:
    hosts = list(content.model.hosts)
    return groups(content, [design], hosts, list(PROPERTIES), {})


def _wanted(content: Content, cell: Cell) -> str | None:
    return verdict_of_table(content, cell)


def _violated_at(content: Content, cell: Cell, trace: Trace) -> int | None:
    """The depth at which a saved run violates the cell's property; None where it does not, or is no run."""
    machine = content.model.build(cell.design, cell.host, cell.settings)
    player = Player(machine, content.properties[cell.property], nothing_wanted)

    def source(step: int) -> Recorded:
        return Recorded(trace.initial_inputs if step < 0 else trace.steps[step].inputs)

    try:
        return player.play([s.call for s in trace.steps], source).hit_at
    except (NotARun, KeyError, IndexError):
        return None


def _by_trace(content: Content, cells: list[Cell]) -> str | None:
    """A saved run of any design on the host that violates a cell that holds, or does so too early."""
    traces = [load_trace(p) for p in sorted((ROOT / "counterexamples").glob("*.json"))]
    for cell in cells:
        wanted = _wanted(content, cell)
        for trace in traces:
            if wanted is None or trace.host != cell.host or trace.params.get("vcpus") != 1:
                continue
            at = _violated_at(content, cell, trace)
            if at is not None and (wanted == HOLDS or at < int(wanted)):
                return f"killed: {cell.host} {cell.property} at {at}, by a saved run"
    return None


def _by_proof(content: Content, cells: list[Cell], proofs: Keys) -> str | None:
    """A proved cell that the same lemmas do not prove any more, and that a run violates."""
    for cell in cells:
        keys = proofs.get(f"{cell.host} {cell.property}")
        if keys is None or _still_proved(content, cell, keys):
            continue
        with suppress(GaveUp):
            found = _first(content, cell, DEPTH)
            if found is not None:
                return f"killed: {cell.host} {cell.property} at {found}, proved before"
    return None


def _still_proved(content: Content, cell: Cell, keys: list[tuple[str, str]]) -> bool:
    try:
        systems = Systems(Case.of(content, cell))
        check(make(systems, cell.property, [tuple(k) for k in keys], any_number=False), set())
    except EvidenceError:
        return False
    return True


def _first(content: Content, cell: Cell, depth: int) -> int | None:
    """The least depth at which the cell's property is violated; None for more than ``depth``.

    Raises `GaveUp` where the search did not get that far.
    """
    monitor = content.properties[cell.property]
    system = Systems(Case.of(content, cell)).own([monitor])
    found = search(system, [monitor.name], depth, any_witness=[monitor.name])
    witness = found.witnesses.get(cell.property)
    if witness is None and found.reason:
        raise GaveUp(found.reason)
    return len(witness.calls) if witness else None


def _by_violation(content: Content, cells: list[Cell]) -> str | None:
    """A cell that is no longer violated, or at another depth."""
    for cell in cells:
        wanted = _wanted(content, cell)
        if wanted is None or wanted == HOLDS or int(wanted) > DEPTH:
            continue
        changed = _changed(content, f"{cell.host} {cell.property}", cell, int(wanted), int(wanted))
        if changed:
            return changed
    return None


def _changed(content: Content, name: str, cell: Cell, wanted: int | None, depth: int) -> str | None:
    """The text for a cell that is not violated at ``wanted``, or, if None, is violated up to ``depth``."""
    with suppress(GaveUp):
        found = _first(content, cell, depth)
        if found != wanted:
            return f"killed: {name} at {found}, not {wanted}"
    return None


def _extra(content: Content, design: str) -> Iterator[tuple[str, Cell, int]]:
    """The cells of `EXTRA` that the design has: a name for each, and the depth of the search."""
    for prop, hosts, given, depth in EXTRA:
        with suppress(UsageError):
            for group in groups(content, [design], list(hosts), [prop], given):
                for cell in group.cells():
                    settings = " ".join(f"{k}={v}" for k, v in given.items())
                    yield f"{group.host} {prop} {settings}".strip(), cell, depth


def _by_extra(content: Content, design: str, depths: Depths) -> str | None:
    """A cell of `EXTRA` that the mutant violates sooner, later or not at all."""
    for name, cell, depth in _extra(content, design):
        if name in depths:
            wanted = depths[name]
            changed = _changed(content, name, cell, wanted, wanted or depth)
            if changed:
                return changed
    return None


def _equivalent(content: Content, folder: Path, cells: list[Cell]) -> str | None:
    """Show both ways, on every host, that one has no start or step that the other has not."""
    mutated = {}
    for host in content.model.hosts:
        cell = next(c for c in cells if c.host == host)
        mutated[host] = _system(content, cell)
    for name in [n for n in sys.modules if n.split(".")[0] in ("model", "properties")]:
        del sys.modules[name]
    sys.path.remove(str(folder.resolve()))
    original = load(str(ROOT))
    by = ""
    for host, system in mutated.items():
        cell = next(c for c in cells if c.host == host)
        cell = replace(cell, settings=original.model.resolve(cell.design, {}, {}))
        own = _system(original, cell)
        try:
            _same_runs(own, system)
        except EvidenceError:
            try:
                _same_runs(own, shifted(system, like=own))
            except EvidenceError:
                return None
            by = "but for a constant added to what the guest reads, "
    return f"equivalent: the same runs on every host, {by}by Z3"


def _same_runs(own: Any, system: Any) -> None:
    """Show that two systems with the same fields have the same runs; raises `EvidenceError`."""
    for one, other in ((own, system), (system, own)):
        solve({"start": start(one, other), "step": bystander(one, other, targets=True)})


def _system(content: Content, cell: Cell) -> Any:
    """The cell's machine, with those of its lemmas that are true of every reachable state."""
    systems = Systems(Case.of(content, cell))
    system = systems.proof(cell.property, None, list(systems.case.machine().lemmas()))
    kept = Induction(system).settled()
    return replace(system, facts=[fact for fact in system.facts if fact.lemma in kept])


# the parent


def saved_proofs(design: str) -> Keys:
    """The lemmas of every proof of a design, found once."""
    from vtsc.deciding.proofs import prove
    from vtsc.engines import Effort

    content = load(str(ROOT))
    found: Keys = {}
    for group in _groups(content, design):
        systems = Systems(Case(content, group.design, group.host, group.settings))
        proofs = prove(systems, group.properties, [], Effort.USUAL)
        for name, certificate in proofs.certificates.items():
            found[f"{group.host} {name}"] = [(x.owner, x.name) for x in certificate.lemmas]
    return found


def extra_depths(design: str) -> Depths:
    """The depths at which the design itself violates the cells of `EXTRA`."""
    content = load(str(ROOT))
    found: Depths = {}
    for name, cell, depth in _extra(content, design):
        with suppress(GaveUp):
            found[name] = _first(content, cell, depth)
    return found


def known(design: str) -> tuple[Keys, Depths]:
    """What is asked of the mutants of a design."""
    return saved_proofs(design), extra_depths(design)


def work() -> Iterator[Job]:
    """Every mutant."""
    for name, design in FILES.items():
        path = ROOT / "model" / "designs" / f"{name}.py"
        for mutant in mutants(path.read_text(encoding="utf-8")):
            yield name, design, f"{mutant.line}: {mutant.description}", mutant.source


def run(asked: tuple[Job, tuple[Keys, Depths]]) -> str:
    """One mutant in an interpreter of its own."""
    (name, design, _, source), told = asked
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_changed(folder, name, source)
        how = {"folder": folder, "patience": PATIENCE}
        done = interpreted("mutants", JUDGE, scratch, design, told=told, own={}, **how)
    if gave_up(done):
        return "alive: out of time"
    return done.stdout.strip() or f"broken: {done.stderr.strip().splitlines()[-1]}"


def main(given: Sequence[str]) -> int:
    """Print the table; 0 where the score is at least 90 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    where = place(arguments(parser, given))
    designs = list(FILES.values())
    told = dict(zip(designs, outcomes(known, designs, where), strict=True))
    for lost in (x for x in told.values() if isinstance(x, Lost)):
        raise SystemExit(f"not known what is asked of mutants: {lost.why}")
    step = int(os.environ.get("EVERY", "1"))
    jobs = list(work())[::step]
    tally: Counter[str] = Counter()
    asked = [(job, told[job[1]]) for job in jobs]
    for job, found in zip(jobs, outcomes(run, asked, where), strict=True):
        said = f"broken: {found.why}" if isinstance(found, Lost) else found
        tally[said.split(":")[0]] += 1
        print(f"model/designs/{job[0]}.py:{job[2]}: {said}", flush=True)
    score = tally["killed"] / max(1, tally["killed"] + tally["alive"])
    print(
        f"{len(jobs)} mutants: {tally['killed']} killed, {tally['equivalent']} equivalent, "
        f"{tally['alive']} alive; score {score:.0%} of those not equivalent"
    )
    return 0 if score >= 0.9 and not tally["broken"] else 1


if __name__ == "__main__":
    if sys.argv[1:2] == [JUDGE]:
        print(judge(Path(sys.argv[2]), sys.argv[3], *heard()))
    else:
        from crosscheck import mutants as named  # where workers find what is to be done

        sys.exit(named.main(sys.argv[1:]))
