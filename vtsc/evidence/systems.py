"""The systems that proofs are about: a machine of some size, explored as far as its symmetry demands.

A lemma speaks of one or two instances of a kind, and holds of any. A step of a machine of any size is
taken by one instance, so what it does to a lemma shows in a machine with the instances that the lemma and
the step name, and one more to stand for whoever else acts. All other instances are bystanders: that
leaving one out changes nothing is a question of its own (`vtsc.evidence.bystander`). What an instance
does stands for what its like would do, so that only calls of first instances are explored.
"""

from collections.abc import Sequence

from vtsc.base.errors import EvidenceError
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.language.lemmas import ONE_VALUE, Lemma
from vtsc.language.parameters import Settings
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build
from vtsc.system.instances import representatives
from vtsc.system.system import System

Sizes = dict[str, int]
"""How many instances there are of each kind."""


def own_sizes(content: Content, cell: Cell) -> Sizes:
    """The sizes of the cell's machine as it is."""
    return {kind: cell.settings[name] for kind, name in content.model.kinds.items()}


def generic_sizes(content: Content, cell: Cell) -> Sizes:
    """The sizes of a machine that stands for any number of instances of each kind."""
    subjects = content.properties[cell.property].subjects
    return {kind: subjects + content.model.spare[kind] for kind in content.model.kinds}


def resized(content: Content, cell: Cell, sizes: Sizes) -> Settings:
    """The cell's settings with another number of instances."""
    own = {content.model.kinds[kind]: str(n) for kind, n in sizes.items()}
    texts = {name: str(value) for name, value in cell.settings.texts().items()}
    return content.model.check(cell.design, {**texts, **own})


def candidates(content: Content, cell: Cell, settings: Settings) -> list[Lemma]:
    """Every lemma that the model and the cell's property suggest."""
    machine = content.model.build(cell.design, cell.host, settings)
    return [*machine.lemmas(), *content.properties[cell.property].lemmas(machine)]


def proof_system(
    content: Content, cell: Cell, sizes: Sizes, lemmas: Sequence[Lemma], every_call: bool = False
) -> System:
    """The cell's machine and property at the given sizes, with ``lemmas`` stated about it.

    Only representative calls are explored, unless ``every_call``.
    """
    machine = content.model.build(cell.design, cell.host, resized(content, cell, sizes))
    calls = None if every_call else representatives(machine)
    monitors = [content.properties[cell.property]]
    return build(machine, monitors, SolverFeasibility, lemmas=lemmas, calls=calls)


def watched_system(content: Content, cell: Cell, sizes: Sizes, lemmas: Sequence[Lemma]) -> System:
    """The same with all properties watching that speak of as many instances as the cell's own."""
    machine = content.model.build(cell.design, cell.host, resized(content, cell, sizes))
    calls = representatives(machine)
    subjects = content.properties[cell.property].subjects
    monitors = [p for p in content.properties.values() if p.subjects == subjects]
    return build(machine, monitors, SolverFeasibility, lemmas=lemmas, calls=calls)


Key = tuple[str, str]
"""A lemma's owner and name."""


def key(lemma: Lemma) -> Key:
    """What a lemma is found by."""
    return lemma.owner, lemma.name


def chosen(
    content: Content, cell: Cell, sizes: dict[str, int], keys: Sequence[Key], frame: bool
) -> list[Lemma]:
    """The lemmas of these names, with those that leaving out instances relies on if ``frame``."""
    wanted = set(keys) - {key(ONE_VALUE)}
    known = candidates(content, cell, resized(content, cell, sizes))
    missing = sorted(wanted - {key(x) for x in known})
    if missing:
        raise EvidenceError(f"no lemma {'.'.join(part for part in missing[0] if part)}")
    return [x for x in known if key(x) in wanted or (frame and x.frame)]
