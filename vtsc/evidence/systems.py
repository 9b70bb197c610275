"""The systems of a case: its machine at some sizes, explored only as far as symmetry requires.

A lemma is about one or two instances of a kind, and holds for all of them. A step involves only a
few instances, so its effect on a lemma shows in a machine that has just the instances that the
lemma or the step involves. All others are bystanders; that one can be left out is a question of its
own (`vtsc.evidence.bystander`). Where instances of a kind are shown to be symmetric (`Systems.uneven`), it is
enough to explore the calls of the first ones.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from vtsc.base.errors import COSTLY, EvidenceError, UnendingError, VtscError
from vtsc.content.case import Case, Sizes
from vtsc.content.cells import Cell
from vtsc.content.content import Content, model_error
from vtsc.content.live import first_of
from vtsc.content.reading.uses import Use
from vtsc.evidence.bystander import bystander
from vtsc.language.actions import Call
from vtsc.language.claims import Monitor, Property
from vtsc.language.lemmas import OWN, Lemma
from vtsc.language.machine import Machine
from vtsc.language.measures import VALUE, recording
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.stores.guard import Guard
from vtsc.system.builder import build
from vtsc.system.compared import compare
from vtsc.system.instances import outermost, representatives
from vtsc.system.involved import too_few
from vtsc.system.system import Compared, System
from vtsc.system.watched import Watched
from vtsc.validation.validate import Hit, Validated

LARGER = 2_000_000
"""Z3 resource units that exploring a larger machine may cost, which shows that a proof is for any number.

Usual designs cost up to 50,000, and some of the largest shipped cells ten times as
much."""

Key = tuple[str, str]
"""A lemma's owner and name."""


def key(lemma: Lemma) -> Key:
    """The key under which a lemma is found."""
    return lemma.owner, lemma.name


@dataclass(frozen=True)
class Built:
    """A system with the machine and the monitors that it was made of."""

    machine: Machine
    monitors: tuple[Monitor, ...]
    system: System


class Systems:
    """The systems that are asked about a case, each built once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._kept: dict[Hashable, System] = {}
        self._bystanders: dict[tuple[str, ...], str] = {}
        self._uneven: dict[str, str] = {}
        self.is_rule: Callable[[str], bool] = cache(case.content.wanted)
        """Whether a source file holds rules of a design."""
        self.built: list[Built] = []
        """Every system that was built and is still to be validated."""
        self.validated: dict[str, Validated] = {}
        """The results of validations, by the digest of what was validated."""
        self.hits: dict[str, Hit] = {}
        """For each monitor that was hit in a plain run of the case's own machine, the earliest step."""
        self.hits_elsewhere: dict[str, Hit] = {}
        """The same for plain runs at sizes that stand for any number."""
        self.progress: Any = None
        """The questions about progress, once they have been made."""
        self.solved: set[str] = set()
        """Questions about the case that were found unsatisfiable."""

    def own(self, monitors: Sequence[Monitor], lemmas: Sequence[Lemma] = ()) -> System:
        """The case's machine watched by ``monitors``, with ``lemmas`` stated about it."""
        return self._built(None, monitors, lemmas, None)

    def recording(self, prop: str, sign: int = 1) -> tuple[System, str]:
        """The case's machine with a property whose measure is kept, and the name of the field that has it.

        With ``sign`` -1 its opposite is kept.

        Each step that has the measure hits the target of the property's name.
        """
        monitor, kept = recording(self.case.property(prop), sign), f"{prop}.{VALUE}.value"
        machine = self.case.machine()
        system = build(machine, [monitor], SolverFeasibility, keep=[kept])
        self.built.append(Built(machine, (monitor,), system))
        return system, kept

    def proof(self, prop: str, sizes: Sizes | None, lemmas: Sequence[Lemma]) -> System:
        """The case's machine and property, with ``lemmas`` stated about it.

        At given sizes it has representative calls only, at the case's own (None) every call. At those that
        stand for any number, the representatives are compared with all others.
        """
        calls = None if sizes is None else self._representatives(sizes)
        compare = sizes == generic_sizes(self.case, prop)
        return self._built(sizes, [self.case.property(prop)], lemmas, calls, compare)

    def watched(self, prop: str, sizes: Sizes, lemmas: Sequence[Lemma]) -> System:
        """The machine watched by all properties that speak of as many instances as ``prop`` does."""
        return self._built(sizes, self._peers(prop), lemmas, self._representatives(sizes))

    def _peers(self, prop: str) -> list[Property]:
        """The listed properties that speak of as many instances as ``prop`` does, and itself."""
        own = self.case.property(prop)
        listed = self.case.content.properties.values()
        peers = [p for p in listed if p.subjects == own.subjects]
        return peers if own in peers else [*peers, own]

    def bystander(self, prop: str) -> str:
        """The question whether an instance that has no part in a step can be left out.

        It is asked with all properties watching that speak of as many instances, so they share it.
        """
        subjects = self.case.property(prop).subjects
        peers = tuple(p.name for p in self._peers(prop))
        if peers not in self._bystanders:
            small = dict.fromkeys(self.case.content.model.kinds, subjects + 1)
            large = {kind: n + 1 for kind, n in small.items()}
            frame = chosen(self.case, prop, large, (), frame=True)
            self._bystanders[peers] = bystander(
                self.watched(prop, large, frame),
                self.watched(prop, small, []),
                targets=subjects == 1,
            )
        return self._bystanders[peers]

    def reports(self, prop: str) -> bool:
        """Whether the property says on some path of some call that it is violated, as explored so far."""
        watched = (system for system in self._kept.values() if prop in system.targets)
        return any(prop in rule.targets for system in watched for rule in system.rules)

    def uneven(self, prop: str, lemmas: Sequence[Lemma]) -> str:
        """The reason why a proof about some instances is not one about any number of them; empty if it is.

        The rules must be the same after an exchange of instances, at the sizes of the machine that stands for
        any number and at one larger, and there may be no use of numbers that may differ at other sizes.
        """
        if prop not in self._uneven:
            alike = tuple(p.name for p in self._peers(prop))
            why = self._larger(prop, alike)
            if why and COSTLY not in why:  # one monitor fewer would not make it cheap
                why = self._larger(prop, (prop,))
            for name in (prop,) if why else alike:
                self._uneven[name] = why
        found = self._uneven[prop]
        return found or self._why(self.proof(prop, generic_sizes(self.case, prop), lemmas).compared)

    def expect_uneven(self, prop: str, why: str) -> None:
        """Take a reason that another case gave for this one, so that no proof for any number is tried."""
        self._uneven.setdefault(prop, why)

    def _why(self, found: Compared | None) -> str:
        """The reason that a comparison gives; empty where nothing differs."""
        if found is None:
            return ""
        for (file, number), what in found.noted:
            return f"{self.case.content.relative(file)}:{number} {what}"
        return found.differs

    def use(self, *properties: str) -> Use | None:
        """The first use of numbers in the source of the case's machine or of one of these properties."""
        machine = self.case.machine()
        monitors = map(self.case.property, properties)
        return first_of(self.case.content.read_numbers(), [machine, machine.state(), *monitors])

    def _larger(self, prop: str, names: Sequence[str]) -> str:
        """The reason that uses in the source, or sizes that are one larger, give; empty if there is none."""
        use = self.use(*names)
        if use is not None:
            return str(use)
        case, content = self.case, self.case.content
        crowd = self._crowd(prop, names)
        if crowd:
            return crowd
        sizes = {kind: n + 1 for kind, n in generic_sizes(case, prop).items()}
        try:
            machine = case.machine(sizes)
            monitors = [case.property(name) for name in names]
            feasibility = partial(SolverFeasibility, budget=LARGER)
            return self._why(compare(machine, monitors, feasibility, outermost(machine)))
        except Exception as error:  # a model that cannot be made larger is no error of its cell
            named = error if isinstance(error, VtscError) else model_error(content, error)
            if not isinstance(named, VtscError) and not isinstance(error, UnendingError):
                raise named from None
            return f"with {_told(sizes)}, {named}"

    def _crowd(self, prop: str, names: Sequence[str]) -> str:
        """The reason why the machine that stands for any number is too small; empty if it is not."""
        machine = self.case.machine(generic_sizes(self.case, prop))
        monitors = [self.case.property(name) for name in names]
        records = Watched(Guard(machine, monitors), monitors).records
        return too_few(machine, records, self.case.property(prop).subjects)

    def _representatives(self, sizes: Sizes) -> tuple[Call, ...]:
        return representatives(self.case.machine(sizes))

    def _built(
        self,
        sizes: Sizes | None,
        monitors: Sequence[Monitor],
        lemmas: Sequence[Lemma],
        calls: Sequence[Call] | None,
        compare: bool = False,
    ) -> System:
        size = None if sizes is None else tuple(sizes.values())
        known_as = (size, tuple(m.name for m in monitors), tuple(lemmas), calls is None)
        if known_as not in self._kept:
            machine = self.case.machine(sizes)
            system = build(
                machine, monitors, SolverFeasibility, lemmas=lemmas, calls=calls, compare=compare
            )
            self.built.append(Built(machine, tuple(monitors), system))
            self._kept[known_as] = system
        return self._kept[known_as]


class OpenCases:
    """The systems of every case that has been opened; the cells of one case share them."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self._open: dict[Hashable, Systems] = {}
        self.solved: set[str] = set()
        """Questions that were found unsatisfiable."""
        self.crossed: set[str] = set()
        """Questions that another solver found unsatisfiable, too."""

    def every(self) -> list[Systems]:
        """The systems of every case so far."""
        return list(self._open.values())

    def systems(self, cell: Cell) -> Systems:
        """The systems of the case that a cell belongs to."""
        return self._open.setdefault(
            (cell.design, cell.host, cell.settings), Systems(Case.of(self.content, cell))
        )


def _told(sizes: Sizes) -> str:
    """Sizes as a reason names them."""
    return " and ".join(f"{n} of kind {kind}" for kind, n in sizes.items())


def generic_sizes(case: Case, prop: str) -> Sizes:
    """The sizes of a machine that stands for any number of instances of each kind."""
    model, subjects = case.content.model, case.property(prop).subjects
    return {kind: subjects + model.spare[kind] for kind in model.kinds}


def chosen(
    case: Case, prop: str, sizes: Sizes | None, keys: Sequence[Key], frame: bool
) -> list[Lemma]:
    """The lemmas of these keys; if ``frame``, also those on which leaving out instances relies."""
    wanted = set(keys) - {*map(key, OWN)}
    known = case.lemmas(prop, sizes)
    missing = sorted(wanted - {key(x) for x in known})
    if missing:
        raise EvidenceError(f"no lemma {'.'.join(part for part in missing[0] if part)}")
    return [x for x in known if key(x) in wanted or (frame and x.frame)]
