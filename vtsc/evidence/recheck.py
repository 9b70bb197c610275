"""Checking a saved certificate: everything is made anew, compared with the files, and solved again."""

import json
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, EvidenceError, UsageError
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.evidence.certificate import SCHEMA, Certificate, check, make
from vtsc.evidence.manifest import MANIFEST, compare_questions
from vtsc.evidence.replay import replay
from vtsc.evidence.systems import Key, OpenCases
from vtsc.evidence.trace import load_trace
from vtsc.evidence.validating import validated

LIMIT = 100
"""The greatest k that is believed to be meant."""


def recheck(opened: OpenCases, folder: Path) -> tuple[Certificate, list[str]]:
    """The certificate in ``folder`` and the solvers that confirmed it.

    Raises `EvidenceError` naming the file that is missing, differs or does not hold.
    """
    content, manifest = opened.content, _manifest(folder)
    cell = _cell(content, manifest)
    if manifest["model_digest"] != content.digest:
        raise EvidenceError(
            f"{MANIFEST}: made with model {manifest['model_digest']}, this is {content.digest}"
        )
    k, texts = _harder(manifest)
    own = {f"spacer_{n}" for n, _ in enumerate(texts, 1)}
    keys: list[Key] = [(x["owner"], x["name"]) for x in manifest["lemmas"] if x["name"] not in own]
    systems = opened.systems(cell)
    certificate = make(systems, cell.property, keys, manifest["any_number"], k, texts)
    _compare(certificate, manifest, folder)
    _compare_place(content, certificate, folder)
    _replay_witnesses(systems.case, cell, folder)
    check(certificate, systems.solved)
    validated(systems, ())
    return certificate, ["z3", *_cross(certificate)]


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest with the keys that are read here, of the right types."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise EvidenceError(f"{MANIFEST}: {error.strerror}") from None
    except ValueError as error:
        raise EvidenceError(f"{MANIFEST} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise EvidenceError(f"{MANIFEST}: schema: expected {SCHEMA}")
    kinds = {"params": dict, "lemmas": list, "any_number": bool}
    texts = dict.fromkeys(("design", "host", "property", "model_digest"), str)
    for name, kind in {**texts, **kinds}.items():
        if not isinstance(found.get(name), kind):
            raise EvidenceError(f"{MANIFEST}: {name}: expected a {kind.__name__}")
    for lemma in found["lemmas"]:
        if not isinstance(lemma, dict) or not {"owner", "name"} <= lemma.keys():
            raise EvidenceError(f"{MANIFEST}: lemmas: expected objects with owner and name")
    return found


def _harder(manifest: dict[str, Any]) -> tuple[int, list[str]]:
    """The k of k-induction, and the lemmas that a solver found."""
    k, texts = manifest.get("k", 1), manifest.get("found", [])
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= LIMIT:
        raise EvidenceError(f"{MANIFEST}: k: expected a number from 1 to {LIMIT}")
    if not isinstance(texts, list) or not all(isinstance(x, str) for x in texts):
        raise EvidenceError(f"{MANIFEST}: found: expected a list of texts")
    return k, texts


def _cell(content: Content, manifest: dict[str, Any]) -> Cell:
    design, host, prop = manifest["design"], manifest["host"], manifest["property"]
    names = (content.model.designs, design), (content.model.hosts, host), (content.properties, prop)
    for known, name in names:
        if name not in known:
            raise EvidenceError(f"{MANIFEST}: unknown {name}")
    try:
        given = {k: str(v) for k, v in manifest["params"].items()}
        return Cell(design, host, prop, content.model.check(design, given))
    except UsageError as error:
        raise EvidenceError(f"{MANIFEST}: {error}") from None


def _compare(certificate: Certificate, manifest: dict[str, Any], folder: Path) -> None:
    """That every file says what it would if it were made now."""
    fresh = certificate.manifest()
    for name, value in fresh.items():
        if name != "tool" and manifest.get(name) != value:
            raise EvidenceError(f"{MANIFEST}: {name} is not what the model gives")
    compare_questions(certificate.queries, folder)


def _compare_place(content: Content, certificate: Certificate, folder: Path) -> None:
    """That a certificate that lies in a folder named after a cell is of that cell."""
    cell = certificate.cell
    wanted = certificate.folder(content.changed(cell.design, cell.property, cell.settings))
    parts = folder.resolve().parts[-3:]
    if len(parts) == 3 and parts[0] in content.model.designs and parts != wanted.parts:
        raise EvidenceError(f"{MANIFEST} is of {wanted}, which is not where it lies")


def _replay_witnesses(case: Case, cell: Cell, folder: Path) -> None:
    """That the runs that keep the claim from being empty are there and do what they are for."""
    asked = {s.name for s in case.sometimes}
    for name in case.property(cell.property).needs:
        if name not in asked:
            continue
        try:
            trace = load_trace(folder / f"{name}.json")
            fine = replay(case, trace).hit_at == trace.hit_at
        except BadFileError as error:
            raise EvidenceError(f"{name}.json: {error}") from None
        own = (trace.design, trace.host, trace.property, trace.params)
        if not fine or own != (cell.design, cell.host, name, cell.settings.texts()):
            raise EvidenceError(f"{name}.json does not show {name}")


def _cross(certificate: Certificate) -> list[str]:
    """The other solvers that are installed and confirm the certificate."""
    try:
        import cvc5  # noqa: F401
    except ImportError:
        return []
    from vtsc.solver.cvc5 import solve

    for name, text in certificate.queries.items():
        solve(name, text)
    return ["cvc5"]
