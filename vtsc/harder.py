"""Proofs beyond hand-written lemmas: k-induction, then lemmas by Spacer, each with a checked certificate.

For cells that the lemmas leave open and in which search finds nothing. What these engines say counts only
once every question of a certificate made from it has been solved anew.
"""

from vtsc.certificate import Certificate
from vtsc.engines import ENGINES, ask
from vtsc.engines.task import Answer, Task
from vtsc.loader import Content
from vtsc.proving import certify
from vtsc.verdict import Cell

HARDER = tuple(
    sorted((n for n in ENGINES if n in ("kinduction", "spacer")), key=lambda n: ENGINES[n].rank)
)
"""The engines that are asked, by rank."""


def task_of(content: Content, cell: Cell, depth: int = 20) -> Task:
    """The question a cell asks, with all lemmas that model and property suggest."""
    machine = content.model.build(cell.design, cell.host, cell.settings)
    prop = content.properties[cell.property]
    return Task(machine, prop, [*machine.lemmas(), *prop.lemmas(machine)], depth)


def prove_harder(content: Content, cell: Cell) -> tuple[str, Certificate] | None:
    """The engine of highest rank that proves the cell, and the certificate; None where none does."""
    task = task_of(content, cell)
    for name in HARDER:
        certificate = certified(content, cell, ask(name, task))
        if certificate is not None:
            return name, certificate
    return None


def certified(content: Content, cell: Cell, answer: Answer) -> Certificate | None:
    """The checked certificate of an answer that says proved; None where it does not stand up to it."""
    if not answer.decided or answer.witness is not None:
        return None
    own = {f"spacer_{n}" for n, _ in enumerate(answer.found, 1)}
    stated = [key for key in answer.lemmas if key[1] not in own]
    return certify(content, cell, stated, answer.k, answer.found)
