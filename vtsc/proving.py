"""Proving the cells of a group: candidate lemmas, what they show, and a certificate for each that holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vtsc.certificate import Certificate, Key, check, key, make
from vtsc.claims import Watch
from vtsc.engines.induction import Induction
from vtsc.errors import EvidenceError
from vtsc.loader import Content
from vtsc.verdict import Cell


@dataclass
class Proofs:
    """What lemmas show of a group: certificates by property, and the targets that are never hit."""

    certificates: dict[str, Certificate] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)


def prove(content: Content, cells: Sequence[Cell], sometimes: Sequence[Watch]) -> Proofs:
    """Try to prove each cell, and that "sometimes" never happen; cells differ in property only."""
    from vtsc.arithmetics.integers import SolverFeasibility
    from vtsc.builder import build

    cell = cells[0]
    machine = content.model.build(cell.design, cell.host, cell.settings)
    monitors = [content.properties[c.property] for c in cells]
    lemmas = machine.lemmas()
    lemmas += [x for c in cells for x in content.properties[c.property].lemmas(machine)]
    watches = [*monitors, *sometimes]
    system = build(machine, watches, SolverFeasibility, lemmas=lemmas)
    induction = Induction(system)
    proofs = Proofs()
    proofs.never = {s.name for s in sometimes if induction.proves(s.name)}
    for c in cells:
        if induction.proves(c.property):
            certificate = certify(content, c, [key(x) for x in induction.proof(c.property).lemmas])
            if certificate is not None:
                proofs.certificates[c.property] = certificate
    return proofs


def certify(content: Content, cell: Cell, keys: Sequence[Key]) -> Certificate | None:
    """A checked certificate by these lemmas: for any number of instances, else for the cell's own."""
    for any_number in (True, False):
        certificate = make(content, cell, keys, any_number)
        try:
            check(certificate)
        except EvidenceError:
            continue
        return certificate
    return None
