"""The entries of a gate's memory: a case's verdicts as JSON, and the two ways to believe them again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.content.case import Case
from vtsc.deciding.plan import progress_lacks, proved
from vtsc.deciding.verdict import Reached, Result, Status
from vtsc.evidence.certificate import Certificate, Stated, check, make
from vtsc.evidence.manifest import Summary
from vtsc.evidence.places import place
from vtsc.evidence.replay import executed, replay
from vtsc.evidence.systems import Systems
from vtsc.evidence.trace import Trace, parse_trace
from vtsc.evidence.validating import validated
from vtsc.native.interpreter import Run


def entry(results: Sequence[Result]) -> dict[str, Any]:
    """What is kept of the verdicts of a case."""
    return {
        "sometimes": [_reached(each) for each in results[0].sometimes],
        "cells": {r.cell.property: _verdict(r) for r in results},
    }


def _reached(reached: Reached) -> dict[str, Any]:
    return {
        "name": reached.name,
        "never": reached.never,
        "searched": reached.searched,
        "trace": None if reached.trace is None else reached.trace.as_json(),
    }


def _verdict(result: Result) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "status": result.status.value,
        "depth": result.depth,
        "engine": result.engine,
        "reason": result.reason,
        "units": result.units,
    }
    if result.trace is not None:
        return {**kept, "trace": result.trace.as_json(), "searched": result.searched}
    if result.certificate is None:
        return kept
    certificate = result.certificate
    evidence = certificate.evidence()
    return {
        **kept,
        "lemmas": [[x.owner, x.name, x.sentence, x.formula] for x in certificate.lemmas],
        "any_number": certificate.any_number,
        "k": certificate.k,
        "found": list(certificate.found),
        "only": certificate.only,
        "questions": list(evidence.names),
        "digest": evidence.digest,
    }


class _Entry:
    """A remembered case."""

    def __init__(self, case: Case, path: Path, kept: dict[str, Any]) -> None:
        self._case, self._path, self._kept = case, path, kept

    def _named(self, names: Sequence[str]) -> None:
        """Check that these are the names of every "sometimes" of the case."""
        if [*names] != [s.name for s in self._case.sometimes]:
            raise BadFileError(f"{self._path}: not every sometimes is there")

    def _certificate(self, prop: str, kept: dict[str, Any]) -> Certificate:
        """The certificate as it was checked when the proof was found, without the texts of its questions."""
        case = self._case
        return Certificate(
            case.cell(prop),
            place(case.design, case.host, prop, case.changed(prop)),
            kept["any_number"] is True,
            tuple(Stated(*map(str, each)) for each in kept["lemmas"]),
            {},
            case.needed(prop),
            k=int(kept["k"]),
            found=tuple(map(str, kept["found"])),
            only=str(kept["only"]),
            summary=Summary(tuple(map(str, kept["questions"])), str(kept["digest"])),
        )

    def _violation(self, prop: str, kept: dict[str, Any], reached: tuple[Reached, ...]) -> Result:
        """A violation, whose trace is replayed; it has the lines that the run executes today."""
        trace, run = self._replayed(prop, kept["trace"])
        again = replay(self._case, trace, explain=run.observed)
        digest = self._case.content.digest_of(self._case.design)
        return Result(
            self._case.cell(prop),
            Status.VIOLATED,
            trace.hit_at,
            str(kept["engine"]),
            0.0,
            trace=replace(executed(self._case, trace, again), model_digest=digest),
            run=again,
            sometimes=reached,
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


class Trusted(_Entry):
    """A remembered case whose verdicts are believed; no question is asked."""

    def results(self, properties: Sequence[str]) -> list[Result]:
        """The verdicts; raises `BadFileError` where a trace is none of the case."""
        reached = tuple(map(_reached_before, self._kept["sometimes"]))
        if reached:
            self._named([r.name for r in reached])
        return [self._result(prop, self._kept["cells"][prop], reached) for prop in properties]

    def _result(self, prop: str, kept: dict[str, Any], reached: tuple[Reached, ...]) -> Result:
        status, units = Status(kept["status"]), int(kept["units"])
        if status is Status.VIOLATED:
            found = self._violation(prop, kept, reached)
            return replace(found, units=units, remembered=True)
        return Result(
            self._case.cell(prop),
            status,
            int(kept["depth"]),
            str(kept["engine"]),
            0.0,
            str(kept["reason"]),
            certificate=self._certificate(prop, kept) if status is Status.PROVED else None,
            sometimes=reached,
            units=units,
            remembered=True,
        )


def _reached_before(kept: dict[str, Any]) -> Reached:
    name, searched, trace = str(kept["name"]), int(kept["searched"]), kept["trace"]
    steps = None if trace is None else int(trace["violated_at"])
    return Reached(name, kept["never"] is True, searched, steps=steps)


class Rechecked(_Entry):
    """A remembered case whose evidence is checked again."""

    def __init__(self, case: Case, path: Path, kept: dict[str, Any]) -> None:
        super().__init__(case, path, kept)
        self._systems = Systems(case)

    def results(self, properties: Sequence[str]) -> list[Result]:
        """The verdicts; raises `BadFileError` or `EvidenceError` where one does not stand up to its check."""
        reached = tuple(self._sometimes(each) for each in self._kept["sometimes"])
        self._named([r.name for r in reached])
        cells = self._kept["cells"]
        certificates = {p: self._proof(p, cells[p]) for p in properties if "lemmas" in cells[p]}
        missing = progress_lacks(self._systems) if certificates else None
        validated(self._systems, [r.trace for r in reached if r.trace is not None])
        found = []
        for prop in properties:
            engine = str(cells[prop]["engine"])
            if prop in certificates:
                certificate = certificates[prop]
                found.append(proved(self._systems, engine, certificate, reached, missing))
            else:
                found.append(self._violation(prop, cells[prop], reached))
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
        keys = [(x.owner, x.name) for x in self._certificate(prop, kept).stated]
        k, any_number = int(kept["k"]), kept["any_number"] is True
        certificate = make(self._systems, prop, keys, any_number, k, list(kept["found"]))
        check(certificate, self._systems.solved)
        return replace(certificate, only=str(kept["only"]))
