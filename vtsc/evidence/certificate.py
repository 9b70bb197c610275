"""Certificates: lemmas and the questions that show them, as a folder that other code can check again.

``manifest.json`` says what is claimed of which cell and lists the lemmas; each question is an SMT-LIB file
next to it that has to be unsatisfiable; each other file is a run that keeps the claim from being empty.
To check a certificate means: make all of it anew from model and lemmas, compare, and solve every question
with a solver that has seen nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vtsc import __version__
from vtsc.base.files import write_whole
from vtsc.content.cells import Cell
from vtsc.evidence.manifest import MANIFEST
from vtsc.evidence.questions import queries
from vtsc.evidence.systems import Key, Systems, chosen, generic_sizes, key
from vtsc.evidence.trace import Trace
from vtsc.language.lemmas import ONE_VALUE, Lemma
from vtsc.smtlib.lemma_text import found_lemmas
from vtsc.solver.solve import solve
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.formula import formula
from vtsc.system.system import System

SCHEMA = "vtsc.certificate/1"


@dataclass(frozen=True)
class Stated:
    """A lemma as a certificate lists it; ``formula`` is for its first instances."""

    owner: str
    name: str
    sentence: str
    formula: str


@dataclass(frozen=True)
class Certificate:
    """A proof of a cell: its lemmas and its questions.

    The questions are about the cell's own machine, and where ``any_number`` also about one that
    stands for any number of instances.
    """

    cell: Cell
    digest: str
    any_number: bool
    lemmas: tuple[Stated, ...]
    queries: Mapping[str, str]
    witnesses: tuple[tuple[str, Trace], ...] = ()
    """Runs that reach what keeps the claim from being empty."""
    k: int = 1
    """From 2 on the lemmas are not enough, and the property is shown by k-induction."""
    found: tuple[str, ...] = ()
    """Lemmas that neither the model nor the property states, as texts of `vtsc.smtlib.lemma_text`."""

    def manifest(self) -> dict[str, Any]:
        """What `MANIFEST` says."""
        harder: dict[str, Any] = {"k": self.k} if self.k > 1 else {}
        harder |= {"found": list(self.found)} if self.found else {}
        return {
            "schema": SCHEMA,
            "tool": f"vtsc {__version__}",
            "model_digest": self.digest,
            "design": self.cell.design,
            "host": self.cell.host,
            "property": self.cell.property,
            "params": self.cell.settings.texts(),
            "any_number": self.any_number,
            "lemmas": [asdict(lemma) for lemma in self.lemmas],
            "queries": [f"{name}.smt2" for name in self.queries],
            **harder,
        }

    @property
    def stated(self) -> tuple[Stated, ...]:
        """The lemmas that the model or the property states."""
        own = {f"spacer_{n}" for n, _ in enumerate(self.found, 1)}
        return tuple(x for x in self.lemmas if x.name not in {*own, ONE_VALUE.name})

    def files(self) -> dict[str, str]:
        """The certificate's files by name."""
        found = {f"{name}.smt2": text for name, text in self.queries.items()}
        found |= {f"{name}.json": trace.text() for name, trace in self.witnesses}
        return {MANIFEST: json.dumps(self.manifest(), indent=1) + "\n", **found}

    def folder(self, changed: Mapping[str, int | str]) -> Path:
        """Where it belongs below a folder of certificates: design, host, property and parameters."""
        own = "".join(f".{k}={str(v).replace('/', '-')}" for k, v in changed.items())
        return Path(self.cell.design) / self.cell.host / f"{self.cell.property}{own}"

    def save(self, folder: Path) -> None:
        """Write all files; the manifest comes last, so that without it there is no certificate."""
        for name, text in sorted(self.files().items(), key=lambda item: item[0] == MANIFEST):
            write_whole(folder / name, text)


def make(
    systems: Systems,
    prop: str,
    keys: Sequence[Key],
    any_number: bool,
    k: int = 1,
    texts: Sequence[str] = (),
) -> Certificate:
    """The certificate that shows a cell by the lemmas of these names, unchecked.

    ``texts`` are lemmas that a solver found; like k-induction they speak of the cell's own machine only.
    Raises `EvidenceError` for a lemma that neither the model nor the property has.
    """
    case = systems.case
    lemmas = [*chosen(case, prop, None, keys, any_number), *found_lemmas(texts, prop)]
    system = systems.proof(prop, None, lemmas)
    found = queries(system, prop, k)
    if k > 1 or texts:
        any_number = False
    if any_number:
        sizes = generic_sizes(case, prop)
        stated = chosen(case, prop, sizes, keys, frame=True)
        generic = queries(systems.proof(prop, sizes, stated), prop)
        found |= {f"any-{name}": text for name, text in generic.items()}
        found["any-bystander"] = systems.bystander(prop)
    return Certificate(
        case.cell(prop),
        case.content.digest,
        any_number,
        _stated(system, lemmas),
        found,
        k=k,
        found=tuple(texts),
    )


def _stated(system: System, lemmas: Sequence[Lemma]) -> tuple[Stated, ...]:
    """The lemmas as they are listed."""
    first: dict[Key, Condition] = {}
    for fact in system.facts:
        first.setdefault(key(fact.lemma), fact.condition)
    return tuple(
        Stated(x.owner, x.name, x.sentence, formula(first[key(x)]) if key(x) in first else "")
        for x in (ONE_VALUE, *lemmas)
    )


def check(certificate: Certificate, solved: set[str]) -> None:
    """That every question is unsatisfiable; raises `EvidenceError` naming the first that is not.

    A text in ``solved`` is not solved twice; those that are solved now are added to it.
    """
    new = {name: text for name, text in certificate.queries.items() if text not in solved}
    solve(new)
    solved.update(new.values())
