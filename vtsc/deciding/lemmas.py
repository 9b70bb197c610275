"""Proving the cells of a group: candidate lemmas, what they show, and a certificate for each that holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vtsc.base.errors import EvidenceError
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.engines.proof.induction import Induction
from vtsc.evidence.certificate import Certificate, check, make
from vtsc.evidence.hints import Hint, Key, load_hint, save_hint
from vtsc.evidence.systems import key
from vtsc.language.claims import Watch
from vtsc.language.lemmas import ONE_VALUE, Lemma
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build


@dataclass
class Proofs:
    """What lemmas show of a group: certificates by property, and the targets that are never hit."""

    certificates: dict[str, Certificate] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)
    engines: dict[str, str] = field(default_factory=dict)
    """Who proved a property, where it was not the lemmas."""
    settled: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    """For each property that is not proved, the lemmas that hold of every reachable state."""


def prove(content: Content, cells: Sequence[Cell], sometimes: Sequence[Watch]) -> Proofs:
    """Try to prove each cell, and that "sometimes" never happen; cells differ in property only."""
    hint = load_hint(content, cells)
    if hint is not None and all(c.property in hint.proofs for c in cells):  # no proof is no news
        attempt = _Attempt(content, cells, sometimes, hint)
        if attempt.confirmed(hint):
            return attempt.proofs
    attempt = _Attempt(content, cells, sometimes, None)
    save_hint(content, cells, attempt.hint())
    return attempt.proofs


class _Attempt:
    """One attempt, with all candidate lemmas or only those of a hint."""

    def __init__(
        self, content: Content, cells: Sequence[Cell], sometimes: Sequence[Watch], hint: Hint | None
    ) -> None:
        self._content = content
        first = cells[0]
        machine = content.model.build(first.design, first.host, first.settings)
        monitors = [content.properties[c.property] for c in cells]
        lemmas = [*machine.lemmas(), *(x for m in monitors for x in m.lemmas(machine))]
        if hint is not None:
            lemmas = [x for x in lemmas if key(x) in hint.lemmas()]
        system = build(machine, [*monitors, *sometimes], SolverFeasibility, lemmas=lemmas)
        self._induction = Induction(system)
        self._needed: dict[str, tuple[Key, ...]] = {}
        self.proofs = Proofs()
        self.proofs.never = {s.name for s in sometimes if self._induction.proves(s.name)}
        for cell in cells:
            self._prove(cell, hint)

    def _prove(self, cell: Cell, hint: Hint | None) -> None:
        if hint is not None:
            keys = hint.proofs.get(cell.property)
        elif self._induction.proves(cell.property):
            keys = _keys(self._induction.proof(cell.property).lemmas)
        else:
            keys = None
            self.proofs.settled[cell.property] = _keys(self._induction.settled(cell.property))
        certificate = certify(self._content, cell, keys) if keys is not None else None
        if keys is not None and certificate is not None:
            self._needed[cell.property] = keys
            self.proofs.certificates[cell.property] = certificate

    def hint(self) -> Hint:
        """What another attempt needs to get here at once."""
        never = {
            k
            for name in sorted(self.proofs.never)
            for k in _keys(self._induction.proof(name).lemmas)
        }
        return Hint(self._needed, tuple(sorted(never)))

    def confirmed(self, hint: Hint) -> bool:
        """Whether every proof of the hint has been found again."""
        return hint.proofs.keys() == self.proofs.certificates.keys()


def _keys(lemmas: Sequence[Lemma]) -> tuple[Key, ...]:
    return tuple(key(x) for x in lemmas if x is not ONE_VALUE)


def certify(
    content: Content, cell: Cell, keys: Sequence[Key], k: int = 1, texts: Sequence[str] = ()
) -> Certificate | None:
    """A checked certificate by these lemmas: for any number of instances, else for the cell's own."""
    for any_number in (False,) if k > 1 or texts else (True, False):
        try:
            certificate = make(content, cell, keys, any_number, k, texts)
            check(certificate)
        except EvidenceError:
            continue
        return certificate
    return None
