"""Certificates: evidence that a property holds in a cell, by lemmas and the questions that show them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vtsc.base.errors import EvidenceError, UsageError
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.evidence import manifest
from vtsc.evidence.manifest import MANIFEST, Evidence, Manifest, Summary
from vtsc.evidence.places import place
from vtsc.evidence.questions import queries
from vtsc.evidence.systems import Key, OpenCases, Systems, chosen, generic_sizes, key
from vtsc.evidence.trace import Trace
from vtsc.language.lemmas import NEVER_BACK, ONE_VALUE, OWN, Lemma
from vtsc.smtlib.lemma_text import found_lemmas
from vtsc.solver.solve import BUDGET
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.formula import formula
from vtsc.system.system import System

KIND = "cell"
GREATEST = 100
"""The greatest k of k-induction that is accepted in a manifest."""


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
    place: Path
    """The path of its folder below a folder of evidence."""
    any_number: bool
    lemmas: tuple[Stated, ...]
    queries: Mapping[str, str]
    needs: tuple[str, ...]
    """The names of the runs that show that the claim is not vacuous."""
    witnesses: tuple[tuple[str, Trace], ...] = ()
    """These runs by name."""
    k: int = 1
    """The k of k-induction; 1 if plain induction with the lemmas is enough."""
    found: tuple[str, ...] = ()
    """Lemmas that neither the model nor the property states, as texts of `vtsc.smtlib.lemma_text`."""
    only: str = ""
    """The reason why it is for the cell's own sizes only; empty if it is not, or the reason is not known."""
    summary: Summary | None = None
    """Stands for the questions of a proof that is remembered; they were solved when it was found."""

    def evidence(self) -> Evidence:
        """The certificate as it is saved and checked."""
        harder: dict[str, Any] = {"k": self.k} if self.k > 1 else {}
        harder |= {"found": list(self.found)} if self.found else {}
        claims = {
            "design": self.cell.design,
            "host": self.cell.host,
            "property": self.cell.property,
            "params": self.cell.settings.texts(),
            "any_number": self.any_number,
            "lemmas": [asdict(lemma) for lemma in self.lemmas],
            **harder,
        }
        scope = "any number" if self.any_number else "these sizes"
        runs = dict(self.witnesses)
        asked = self.queries, self.needs, runs, scope, self.summary
        return Evidence(KIND, self.place, claims, *asked)

    @property
    def stated(self) -> tuple[Stated, ...]:
        """The lemmas that the model or the property states."""
        own = {*(x.name for x in OWN), *_found_names(self.found)}
        return tuple(x for x in self.lemmas if x.name not in own)

    @property
    def engine(self) -> str:
        """The engine whose proof it is."""
        return "kinduction" if self.k > 1 else "spacer" if self.found else "lemmas"

    def save(self, folder: Path) -> None:
        """Write all files."""
        self.evidence().save(folder)


class Uneven(EvidenceError):
    """A proof is not for any number of instances, since they are not all alike, or are counted."""


def _found_names(found: Sequence[str]) -> set[str]:
    """The names of lemmas that a solver found."""
    return {f"spacer_{n}" for n, _ in enumerate(found, 1)}


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
    Raises `EvidenceError` for a lemma that neither the model nor the property has, and `Uneven` where it
    cannot be for any number of instances.
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
        uneven = systems.uneven(prop, stated)
        if uneven:
            raise Uneven(uneven)
        generic = queries(systems.proof(prop, sizes, stated), prop)
        found |= {f"any-{name}": text for name, text in generic.items()}
        found["any-bystander"] = systems.bystander(prop)
    return Certificate(
        case.cell(prop),
        place(case.design, case.host, prop, case.changed(prop)),
        any_number,
        _stated(system, lemmas),
        found,
        case.needed(prop),
        k=k,
        found=tuple(texts),
    )


def _stated(system: System, lemmas: Sequence[Lemma]) -> tuple[Stated, ...]:
    """The lemmas as they are listed."""
    first: dict[Key, Condition] = {}
    for fact in system.facts:
        first.setdefault(key(fact.lemma), fact.condition)
    own = [ONE_VALUE, *([NEVER_BACK] if key(NEVER_BACK) in first else [])]
    return tuple(
        Stated(x.owner, x.name, x.sentence, formula(first[key(x)]) if key(x) in first else "")
        for x in (*own, *lemmas)
    )


def check(certificate: Certificate, solved: set[str], budget: int = BUDGET) -> None:
    """Check that every question is unsatisfiable; see `vtsc.evidence.manifest.check`."""
    manifest.check(certificate.queries, solved, budget)


def remake(opened: OpenCases, saved: Manifest) -> Evidence:
    """The certificate that belongs to a manifest, made again; raises `EvidenceError` where there is none."""
    cell = _cell(opened.content, saved)
    k, found = saved.get("k", int, 1), saved.get("found", list, [])
    if not 1 <= k <= GREATEST:
        raise EvidenceError(f"{MANIFEST}: k: expected a number from 1 to {GREATEST}")
    if not all(isinstance(x, str) for x in found):
        raise EvidenceError(f"{MANIFEST}: found: expected a list of texts")
    any_number = saved.get("any_number", bool)
    keys = _keys(saved.get("lemmas", list), found)
    return make(opened.systems(cell), cell.property, keys, any_number, k, found).evidence()


def _cell(content: Content, saved: Manifest) -> Cell:
    design, host, prop = (saved.get(x, str) for x in ("design", "host", "property"))
    names = (content.model.designs, design), (content.model.hosts, host), (content.properties, prop)
    for known, name in names:
        if name not in known:
            more = content.without_file(design) if known is content.model.designs else ""
            raise EvidenceError(f"{MANIFEST}: unknown {name}{more}")
    try:
        given = {k: str(v) for k, v in saved.get("params", dict).items()}
        return Cell(design, host, prop, content.model.check(design, given))
    except UsageError as error:
        raise EvidenceError(f"{MANIFEST}: {error}") from None


def _keys(lemmas: Sequence[Any], found: Sequence[str]) -> list[Key]:
    """The keys of the lemmas that a manifest lists, but for those that a solver found."""
    own = _found_names(found)
    if not all(isinstance(x, dict) and {"owner", "name"} <= x.keys() for x in lemmas):
        raise EvidenceError(f"{MANIFEST}: lemmas: expected objects with owner and name")
    return [(str(x["owner"]), str(x["name"])) for x in lemmas if x["name"] not in own]
