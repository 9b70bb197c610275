"""Evidence as a folder: a claim, questions that must be unsatisfiable, and runs.

``manifest.json`` states the claim and lists the other files. Each question is an SMT-LIB file.
Each run is a trace that shows that the claim is not vacuous. To check evidence is to make it again
from the model, compare the two, replay the runs, and have each question solved by a fresh solver
(`vtsc.evidence.recheck`). The kind of evidence says how it is made (`vtsc.evidence.kinds`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from vtsc import __version__
from vtsc.base.errors import EvidenceError
from vtsc.base.files import write_whole
from vtsc.base.spelling import CALLED
from vtsc.evidence.trace import Trace
from vtsc.solver.solve import BUDGET, solve

SCHEMA = "vtsc.evidence/2"
MANIFEST = "manifest.json"

T = TypeVar("T")


@dataclass(frozen=True)
class Summary:
    """What is kept of questions whose texts are not: their names, and the digest of the texts."""

    names: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Evidence:
    """A claim with the questions and runs that show it."""

    kind: str
    place: Path
    """The path of its folder below a folder of evidence."""
    claims: Mapping[str, Any]
    """The claim, as entries of the manifest."""
    questions: Mapping[str, str]
    """The SMT-LIB texts by name, in the order in which they are asked."""
    needs: tuple[str, ...] = ()
    """The names of the runs."""
    runs: Mapping[str, Trace] | None = None
    """The runs by name; None where they were not looked for."""
    scope: str = ""
    """For how many instances the claim holds, in a few words."""
    summary: Summary | None = None
    """Stands for the questions where they have not been made again; the evidence cannot be saved then."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the questions, in the order in which they are asked."""
        return tuple(self.questions) if self.summary is None else self.summary.names

    @property
    def digest(self) -> str:
        """The SHA-256 digest of the questions, one after the other.

        The questions contain all that a proof uses as terms: rules, lemmas, initial states, ranges.
        """
        if self.summary is not None:
            return self.summary.digest
        return hashlib.sha256("".join(self.questions.values()).encode()).hexdigest()

    def manifest(self) -> dict[str, Any]:
        """The content of `MANIFEST`."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "tool": f"vtsc {__version__}",
            **self.claims,
            "queries": [f"{name}.smt2" for name in self.names],
            "runs": [f"{name}.json" for name in self.needs],
            "digest": self.digest,
        }

    def files(self) -> dict[str, str]:
        """The files by name, the manifest last."""
        if self.summary is not None:
            raise EvidenceError(f"{self.place}: its questions are to be made again first")
        found = {f"{name}.smt2": text for name, text in self.questions.items()}
        found |= {f"{name}.json": trace.text() for name, trace in (self.runs or {}).items()}
        return {**found, MANIFEST: json.dumps(self.manifest(), indent=1) + "\n"}

    def save(self, folder: Path) -> None:
        """Write all files; without the manifest, which comes last, there is no evidence."""
        for name, text in self.files().items():
            write_whole(folder / name, text)


class Manifest:
    """A manifest that was read; it gives out only values of the type that is expected."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def get(self, name: str, kind: type[T], usual: T | None = None) -> T:
        """The value of that name; raises `EvidenceError` where it is of another type, or missing."""
        value = self._values.get(name, usual)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise EvidenceError(f"{MANIFEST}: {name}: expected {CALLED[kind]}")
        return value

    def compare(self, fresh: Evidence) -> None:
        """Check that it says what ``fresh`` claims; raises `EvidenceError` naming what differs.

        The digest is compared later, after the questions: a question that differs says more.
        """
        for name, value in fresh.manifest().items():
            if name not in ("tool", "digest") and self._values.get(name) != value:
                raise EvidenceError(f"{MANIFEST}: {name} is not what the model gives")

    def compare_digest(self, fresh: Evidence) -> None:
        """Check that its digest is that of ``fresh``; raises `EvidenceError` if not."""
        found = self._values.get("digest")
        if found != fresh.digest:
            raise EvidenceError(f"{MANIFEST}: digest is {found}, that of its files {fresh.digest}")


def read_manifest(folder: Path) -> Manifest:
    """The manifest in ``folder``; raises `EvidenceError` where there is none of this schema."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise EvidenceError(f"{MANIFEST}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{MANIFEST} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise EvidenceError(f"{MANIFEST}: schema: expected {SCHEMA}")
    return Manifest(found)


def compare_questions(fresh: Mapping[str, str], folder: Path) -> None:
    """Check that ``folder`` has these questions, byte by byte; raises `EvidenceError` naming the file."""
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


def check(questions: Mapping[str, str], solved: set[str], budget: int = BUDGET) -> None:
    """Check that every question is unsatisfiable; raises `EvidenceError` naming the first that is not.

    A text in ``solved`` is not solved twice; those that are solved now are added to it.
    """
    new = {name: text for name, text in questions.items() if text not in solved}
    solve(new, budget)
    solved.update(new.values())
