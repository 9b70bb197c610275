"""What decides a cell where lemmas leave it open and search finds nothing.

Long runs whose middle repeats; then proofs by k-induction and by lemmas from Spacer. A proof counts only
once every question of a certificate made from it has been solved anew, a run once it was replayed.
"""

from typing import TYPE_CHECKING

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.lemmas import certify
from vtsc.engines import ENGINES, ask
from vtsc.engines.task import Answer, Task
from vtsc.evidence.certificate import Certificate

if TYPE_CHECKING:  # imports z3
    from vtsc.native.witness import Witness

HARDER = tuple(
    sorted((n for n in ENGINES if n in ("kinduction", "spacer")), key=lambda n: ENGINES[n].rank)
)
"""The engines that are asked for a proof, by rank."""


def task_of(content: Content, cell: Cell, depth: int = 20) -> Task:
    """The question a cell asks, with all lemmas that model and property suggest."""
    machine = content.model.build(cell.design, cell.host, cell.settings)
    prop = content.properties[cell.property]
    return Task(machine, prop, [*machine.lemmas(), *prop.lemmas(machine)], depth)


def find_repeated(content: Content, cell: Cell) -> "Witness | None":
    """A long run that violates the cell, if there is one whose middle repeats."""
    return ask("repetition", task_of(content, cell)).witness


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
