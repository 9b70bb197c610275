"""The verdicts that a gate remembers, for use while nothing that they rest on has changed.

They rest on the sources of model, properties and checker, the solver, the case, its properties and
the depth. A remembered verdict is checked, but not searched for: a proof's certificate is made and
solved again from the names of its lemmas, and a trace is replayed by the plain interpreter. Two
things are not checked again, since that takes a search: that no shorter run violates a property,
and that a "sometimes" is NEVER. A memory that cannot be read, or fails its check, is ignored.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import vtsc
from vtsc.base.cache import keep, recalled
from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.deciding.plan import progress_lacks, proved
from vtsc.deciding.verdict import Reached, Result, Status
from vtsc.engines import Effort, enlisted
from vtsc.evidence.certificate import Certificate, make
from vtsc.evidence.manifest import check
from vtsc.evidence.replay import replay
from vtsc.evidence.systems import Systems
from vtsc.evidence.trace import Trace, parse_trace
from vtsc.evidence.validating import validated
from vtsc.native.interpreter import Run
from vtsc.solver.version import version


@dataclass(frozen=True)
class Memory:
    """The memory of one content, at one effort."""

    effort: Effort
    rests_on: str
    """A digest of everything on which all its verdicts rest."""

    @classmethod
    def of(cls, content: Content, effort: Effort) -> "Memory":
        """The memory for a content as it is now, checked by this checker with this solver."""
        parts = [vtsc.__version__, version()]
        parts.append(_sources(Path(vtsc.__file__).parent, leave_out="_bundled/"))
        parts += [_sources(content.root / package) for package in ("model", "properties")]
        parts += [content.digest, *enlisted()]
        return cls(effort, hashlib.sha256("\0".join(parts).encode()).hexdigest())

    def recall(self, case: Case, properties: Sequence[str], depth: int) -> list[Result] | None:
        """The remembered verdicts of a case, checked again; None where it has to be decided."""
        name = self._name(case, properties, depth)
        kept = recalled(name)
        try:
            if kept["rests_on"] != self.rests_on:
                return None
            return _Recalled(case, Path(name), kept).results(properties)
        except (BadFileError, EvidenceError):
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        except OverflowError:  # a number that JSON does not have, but that Python reads
            return None

    def remember(self, case: Case, depth: int, results: Sequence[Result]) -> None:
        """Keep the verdicts of a case, if all its cells are decided and it can be written."""
        if not all(r.status in (Status.PROVED, Status.VIOLATED) for r in results):
            return
        if any(r.doubt for r in results):
            return
        kept = {
            "rests_on": self.rests_on,
            "sometimes": [_reached(s) for s in results[0].sometimes],
            "cells": {r.cell.property: _verdict(r) for r in results},
        }
        keep(self._name(case, [r.cell.property for r in results], depth), kept)

    def _name(self, case: Case, properties: Sequence[str], depth: int) -> str:
        """The name of a case's entry; a new entry replaces the one before."""
        parts = [str(case.content.root), str(int(self.effort)), str(depth), case.design, case.host]
        parts += [json.dumps(case.settings.texts()), *properties]
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return f"decided/{name}.json"


def _sources(folder: Path, leave_out: str = "") -> str:
    """A digest of the source files in a folder, names included."""
    sha = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if not leave_out or not name.startswith(leave_out):
            sha.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()


def _reached(reached: Reached) -> dict[str, Any]:
    trace = None if reached.trace is None else reached.trace.as_json()
    return {
        "name": reached.name,
        "never": reached.never,
        "searched": reached.searched,
        "trace": trace,
    }


def _verdict(result: Result) -> dict[str, Any]:
    kept: dict[str, Any] = {"engine": result.engine}
    if result.trace is not None:
        return {**kept, "trace": result.trace.as_json(), "searched": result.searched}
    assert result.certificate is not None
    certificate = result.certificate
    return {
        **kept,
        "lemmas": [[lemma.owner, lemma.name] for lemma in certificate.stated],
        "any_number": certificate.any_number,
        "k": certificate.k,
        "found": list(certificate.found),
        "only": certificate.only,
    }


class _Recalled:
    """A remembered case, checked again."""

    def __init__(self, case: Case, path: Path, kept: dict[str, Any]) -> None:
        self._case, self._path, self._kept = case, path, kept
        self._systems = Systems(case)
        self._reached = tuple(self._sometimes(each) for each in kept["sometimes"])

    def results(self, properties: Sequence[str]) -> list[Result]:
        """The verdicts; raises `BadFileError` or `EvidenceError` where one does not stand up to its check."""
        if [r.name for r in self._reached] != [s.name for s in self._case.sometimes]:
            raise BadFileError(f"{self._path}: not every sometimes is there")
        cells = self._kept["cells"]
        certificates = {p: self._proof(p, cells[p]) for p in properties if "lemmas" in cells[p]}
        missing = progress_lacks(self._systems) if certificates else None
        validated(self._systems, [r.trace for r in self._reached if r.trace is not None])
        found = []
        for prop in properties:
            engine = str(cells[prop]["engine"])
            if prop in certificates:
                certificate = certificates[prop]
                found.append(proved(self._systems, engine, certificate, self._reached, missing))
            else:
                found.append(self._violation(prop, engine, cells[prop]))
        if not all(r.status in (Status.PROVED, Status.VIOLATED) for r in found):
            raise EvidenceError(f"{self._path}: a proof is not what it was")
        return found

    def _sometimes(self, kept: dict[str, Any]) -> Reached:
        name, searched = str(kept["name"]), int(kept["searched"])
        if kept["trace"] is None:
            return Reached(name, kept["never"] is True, searched)
        trace, _ = self._replayed(name, kept["trace"])
        return Reached(name, False, searched, trace)

    def _proof(self, prop: str, kept: dict[str, Any]) -> Certificate:
        keys = [(str(owner), str(name)) for owner, name in kept["lemmas"]]
        k, any_number = int(kept["k"]), kept["any_number"] is True
        certificate = make(self._systems, prop, keys, any_number, k, list(kept["found"]))
        check(certificate.queries, self._systems.solved)
        return replace(certificate, only=str(kept["only"]))

    def _violation(self, prop: str, engine: str, kept: dict[str, Any]) -> Result:
        trace, run = self._replayed(prop, kept["trace"])
        again = replay(self._case, trace, explain=run.observed)
        return Result(
            self._case.cell(prop),
            Status.VIOLATED,
            trace.hit_at,
            engine,
            0.0,
            trace=trace,
            run=again,
            sometimes=self._reached,
            searched=None if kept["searched"] is None else int(kept["searched"]),
        )

    def _replayed(self, name: str, source: Any) -> tuple[Trace, Run]:
        """A trace of this very case that the plain interpreter has executed, and its run."""
        case, trace = self._case, parse_trace(source, self._path)
        own = (case.design, case.host, name, case.settings.texts())
        if (trace.design, trace.host, trace.property, trace.params) != own:
            raise BadFileError(f"{self._path}: a trace of another cell")
        run = replay(case, trace)
        if run.hit_at != trace.hit_at or trace.hit_at != len(trace.steps):
            raise BadFileError(f"{self._path}: a trace that hits nothing")
        return trace, run
