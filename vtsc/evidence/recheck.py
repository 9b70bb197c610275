"""Checking saved evidence: everything is made again, compared with the files, and solved once more."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.content.content import Content
from vtsc.evidence import functions
from vtsc.evidence.kinds import remake
from vtsc.evidence.manifest import MANIFEST, Evidence, check, compare_questions, read_manifest
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.systems import OpenCases, Systems
from vtsc.evidence.trace import Trace, load_trace
from vtsc.evidence.validating import contradiction, validated


def recheck(opened: OpenCases, folder: Path) -> tuple[Evidence, list[str]]:
    """The evidence in ``folder`` and the solvers that confirmed it.

    Raises `EvidenceError` naming the file that is missing, differs or does not hold.
    """
    manifest = read_manifest(folder)
    fresh = remake(opened, manifest)
    manifest.compare(fresh)
    compare_questions(fresh.questions, folder)
    manifest.compare_digest(fresh)
    _compare_place(opened.content, fresh, folder)
    for name in fresh.needs:
        _check_run(opened.content, fresh, name, folder)
    check(fresh.questions, opened.solved)
    for systems in opened.every():
        validated(systems, ())
        _compare_runs(systems, fresh)
    return fresh, ["z3", *_cross(fresh.questions, opened.crossed)]


def _compare_place(content: Content, fresh: Evidence, folder: Path) -> None:
    """Check that evidence in a folder named after a case or a function is about that one."""
    parts = folder.resolve().parts
    design, host = parts[-3:-1] if len(parts) >= 3 else ("", "")
    of_case = design in content.model.designs or host in content.model.hosts
    of_functions = len(parts) >= 2 and parts[-2] == functions.KIND
    if (of_case or of_functions) and parts[-len(fresh.place.parts) :] != fresh.place.parts:
        raise EvidenceError(f"{MANIFEST} is of {fresh.place}, which is not where it lies")


def _compare_runs(systems: Systems, fresh: Evidence) -> None:
    """Check that no plain run shows what the evidence says never happens."""
    case, claims = systems.case, fresh.claims
    own = {"design": case.design, "host": case.host, "params": case.settings.texts()}
    if "property" in claims and all(claims[name] == value for name, value in own.items()):
        anywhere = bool(claims["any_number"])
        error = contradiction(systems, claims["property"], anywhere=anywhere)
        if error is not None:
            raise error


def _check_run(content: Content, fresh: Evidence, name: str, folder: Path) -> None:
    """Check that a run exists, belongs to the claimed case, and reaches what it is named after."""
    try:
        trace = load_trace(folder / f"{name}.json")
        if not _is_of(trace, fresh, name):
            raise EvidenceError(f"{name}.json is a run of another case")
        reached = replay(case_of(content, trace), trace).hit_at == trace.hit_at
    except BadFileError as error:
        raise EvidenceError(f"{name}.json: {error}") from None
    if not reached:
        raise EvidenceError(f"{name}.json does not show {name}")


def _is_of(trace: Trace, fresh: Evidence, name: str) -> bool:
    wanted = {"design": trace.design, "host": trace.host, "params": trace.params}
    return trace.property == name and all(fresh.claims[k] == v for k, v in wanted.items())


def _cross(questions: Mapping[str, str], confirmed: set[str]) -> list[str]:
    """The other solvers that are installed; raises `EvidenceError` where one does not confirm a question."""
    if find_spec("cvc5") is None:
        return []
    from vtsc.solver.cvc5 import solve

    for name, text in questions.items():
        if text not in confirmed:
            solve(name, text)
            confirmed.add(text)
    return ["cvc5"]
