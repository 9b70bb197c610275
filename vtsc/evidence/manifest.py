"""Evidence that is no certificate of a cell: claims, and the questions that show them, as a folder.

As with `vtsc.evidence.certificate`, checking it means to make all of it anew, to compare, and to solve every
question with a solver that has seen nothing else. ``kind`` in the manifest says what made it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vtsc import __version__
from vtsc.base.errors import EvidenceError
from vtsc.base.files import write_whole
from vtsc.solver.solve import solve

SCHEMA = "vtsc.evidence/1"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Evidence:
    """What is claimed, and the questions that must be unsatisfiable for it to hold, by name."""

    kind: str
    digest: str
    claims: Mapping[str, Any]
    questions: Mapping[str, str]

    def manifest(self) -> dict[str, Any]:
        """What `MANIFEST` says."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "tool": f"vtsc {__version__}",
            "model_digest": self.digest,
            **self.claims,
            "queries": [f"{name}.smt2" for name in self.questions],
        }

    def files(self) -> dict[str, str]:
        """The files by name."""
        found = {f"{name}.smt2": text for name, text in self.questions.items()}
        return {**found, MANIFEST: json.dumps(self.manifest(), indent=1) + "\n"}

    def save(self, folder: Path) -> None:
        """Write all files, the manifest last."""
        for name, text in self.files().items():
            write_whole(folder / name, text)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in ``folder``; raises `EvidenceError` where there is none of this schema."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise EvidenceError(f"{MANIFEST}: {error.strerror}") from None
    except ValueError as error:
        raise EvidenceError(f"{MANIFEST} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise EvidenceError(f"{MANIFEST}: schema: expected {SCHEMA}")
    return found


def compare(fresh: Evidence, manifest: Mapping[str, Any], folder: Path) -> None:
    """That what lies in ``folder`` is what is made now; raises `EvidenceError` naming the file."""
    if manifest.get("model_digest") != fresh.digest:
        raise EvidenceError(
            f"{MANIFEST}: made with model {manifest.get('model_digest')}, this is {fresh.digest}"
        )
    for name, value in fresh.manifest().items():
        if name != "tool" and manifest.get(name) != value:
            raise EvidenceError(f"{MANIFEST}: {name} is not what the model gives")
    compare_questions(fresh.questions, folder)


def compare_questions(fresh: Mapping[str, str], folder: Path) -> None:
    """That the questions in ``folder`` are these, byte by byte; raises `EvidenceError` naming the file."""
    for path in sorted(folder.glob("*.smt2")):
        if path.stem not in fresh:
            raise EvidenceError(f"{path.name} belongs to nothing that is claimed")
    for name, text in fresh.items():
        try:
            saved = (folder / f"{name}.smt2").read_bytes()
        except OSError as error:
            raise EvidenceError(f"{name}.smt2: {error.strerror}") from None
        if saved != text.encode():
            raise EvidenceError(f"{name}.smt2 is not what the model gives")


def check(evidence: Evidence) -> None:
    """That every question is unsatisfiable; raises `EvidenceError` naming the first that is not."""
    solve(evidence.questions)
