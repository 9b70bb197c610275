"""Evidence that no state of a design on a host is stuck: lemmas, situations, and their questions."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from vtsc.base.errors import EvidenceError, UsageError
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.evidence.manifest import MANIFEST, Evidence, Manifest
from vtsc.evidence.places import place
from vtsc.evidence.progress_questions import Question, own_facts, questions
from vtsc.evidence.questions import kept
from vtsc.evidence.systems import OpenCases, Systems
from vtsc.language.progress import Progress
from vtsc.solver.solve import solve
from vtsc.system.system import System

KIND = "progress"


def folder(case: Case) -> Path:
    """The path, below a folder of evidence, of the evidence for the progress of a case."""
    changed = case.content.changed(case.design, None, case.settings)
    return place(case.design, case.host, KIND, changed)


def system_of(systems: Systems, progress: Progress) -> System:
    """The system of a case's machine about which the questions of ``progress`` are asked."""
    return systems.own([], [*progress.lemmas, *progress.stated()])


def asked(systems: Systems) -> tuple[dict[str, str], list[Question]]:
    """The questions that show the lemmas of a machine's progress, and those that rest on them.

    They are made once for the systems of a case.
    """
    if systems.progress is None:
        systems.progress = _asked(systems)
    found: tuple[dict[str, str], list[Question]] = systems.progress
    return found


def _asked(systems: Systems) -> tuple[dict[str, str], list[Question]]:
    progress: Progress = systems.case.machine().progress()
    system = system_of(systems, progress)
    found = questions(system, progress)
    return kept(replace(system, facts=own_facts(system.facts))), found


def make(systems: Systems) -> Evidence:
    """The evidence that no state of a case is stuck, unchecked."""
    case = systems.case
    machine = case.machine()
    shown, found = asked(systems)
    claims = {
        "design": case.design,
        "host": case.host,
        "params": case.settings.texts(),
        **_claims(machine, machine.progress()),
    }
    texts = {**shown, **{q.name: q.text for q in found}}
    return Evidence(KIND, folder(case), claims, texts)


def _claims(machine: Any, progress: Progress) -> dict[str, Any]:
    """The claims of the manifest, as sentences for people."""
    declared = [
        {
            "name": s.name,
            "rank": s.rank,
            "sentence": s.sentence,
            "call": str(s.call(*example)),
            "inputs": {k: v for k, v in s.inputs.items() if v},
        }
        for s in progress.situations
        if (example := next(iter(s.stated().instances(machine.sizes)), None)) is not None
    ]
    time = f", and, where {progress.idle_sentence}, time can go on" if progress.clock else ""
    return {
        "claim": f"from every state that satisfies the lemmas, where {progress.room_sentence}, "
        f"{progress.whom} reaches {progress.goal} in at most {progress.steps} calls{time}",
        "steps": progress.steps,
        "lemmas": [{"name": x.name, "sentence": x.sentence} for x in progress.lemmas],
        "situations": declared,
    }


def stuck(systems: Systems) -> str | None:
    """A sentence that says what is missing for progress; None where it is proved."""
    return missing(*asked(systems))


def missing(shown: dict[str, str], found: list[Question]) -> str | None:
    """The first gap that the questions show, in a sentence; None where all of them are unsatisfiable."""
    with suppress(EvidenceError):
        solve({**shown, **{question.name: question.text for question in found}})
        return None
    for name, text in shown.items():
        if not _refuted(name, text):
            return f"a lemma that progress relies on does not hold: {name}.smt2"
    for question in found:
        if not _refuted(question.name, question.text):
            possible = question.possible is None or _refuted(question.name, question.possible())
            return question.useless if possible else question.impossible
    return None


def _refuted(name: str, text: str) -> bool:
    try:
        solve({name: text})
    except EvidenceError:
        return False
    return True


def remake(opened: OpenCases, manifest: Manifest) -> Evidence:
    """The evidence that belongs to a manifest, made again; raises `EvidenceError` where there is none."""
    model = opened.content.model
    design, host = manifest.get("design", str), manifest.get("host", str)
    given = {k: str(v) for k, v in manifest.get("params", dict).items()}
    for known, name in ((model.designs, design), (model.hosts, host)):
        if name not in known:
            more = opened.content.without_file(design) if known is model.designs else ""
            raise EvidenceError(f"{MANIFEST}: unknown {name}{more}")
    try:
        return make(opened.systems(Cell(design, host, KIND, model.check(design, given))))
    except UsageError as error:
        raise EvidenceError(f"{MANIFEST}: {error}") from None
