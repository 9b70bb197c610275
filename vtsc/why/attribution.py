"""What a verdict hangs on: the statements that a proof needs, or the repairs that a violation lacks."""

from collections.abc import Callable
from dataclasses import dataclass

from vtsc.base.errors import EvidenceError
from vtsc.content.case import Case
from vtsc.content.edits import Edit, removals, repairs, without
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort
from vtsc.evidence.certificate import Certificate, Stated, check, make
from vtsc.evidence.systems import Systems
from vtsc.why.cause import Cause, explanation, recording
from vtsc.why.variants import PROVED, workshop

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Tried:
    """A change of the design, and the verdict with it."""

    edit: Edit
    result: Result | None
    """None where the change makes it no design."""


@dataclass(frozen=True)
class Needs:
    """The statements of a proved design: without each of ``needed``, the property is not proved any more."""

    file: str
    needed: tuple[Tried, ...]
    spare: tuple[Tried, ...]
    """Those without which it is still proved, each left out by itself."""
    together: Result | None
    """The verdict with all of ``spare`` left out at once; None where there are fewer than two."""
    lemmas: tuple[Stated, ...]
    """Lemmas by which the design's own proof can be checked, none of which can be left out."""


@dataclass(frozen=True)
class Repairs:
    """The changes that keep the counterexample from happening, by what became of each."""

    file: str
    tried: int
    """The number of changes of the repertoire."""
    refuted: int
    """Those with which a plain run still violates the property."""
    unusable: int
    """Those that are no design."""
    decided: tuple[Tried, ...]
    left: int
    """Those that were not decided, since the limit was reached."""


def needs(case: Case, prop: str, proof: Certificate, depth: int, tell: Tell) -> Needs:
    """The statements of the design's own file that the proof of ``prop`` needs, and its lemmas."""
    needed, spare = [], []
    with workshop(case, prop, depth) as shop:
        for edit in sorted(removals(shop.source), key=lambda each: each.line):
            tell(f"{edit.function}, line {edit.line}")
            variant = shop.variant(edit.source)
            result = None if variant is None else shop.decided(variant, Effort.USUAL)
            if result is not None and result.status is Status.ERROR:
                result = None
            if result is not None and result.status in PROVED:
                spare.append(Tried(edit, result))
            else:
                needed.append(Tried(edit, result))
        together = None
        if len(spare) > 1:
            variant = shop.variant(without(shop.source, [t.edit.line for t in spare]))
            together = None if variant is None else shop.decided(variant, Effort.USUAL)
    tell("lemmas")
    lemmas = _fewest(case, prop, proof)
    return Needs(shop.shown, tuple(needed), tuple(spare), together, lemmas)


def _fewest(case: Case, prop: str, proof: Certificate) -> tuple[Stated, ...]:
    """The lemmas of a proof without those that it can do without, tried one after the other."""
    systems = Systems(case)
    kept = list(proof.stated)
    for lemma in proof.stated:
        rest = [(x.owner, x.name) for x in kept if x is not lemma]
        try:
            smaller = make(systems, prop, rest, False, proof.k, list(proof.found))
            check(smaller, systems.solved)
        except EvidenceError:
            continue
        kept.remove(lemma)
    return tuple(kept)


def repairing(case: Case, prop: str, found: Result, depth: int, limit: int, tell: Tell) -> Repairs:
    """The usual repairs of the design's own file; ``found`` is the violation, ``limit`` how many are decided.

    A change is dropped where a plain run of the counterexample, or of one found since, violates the property.
    """
    assert found.trace is not None
    runs = [recording(found.trace)]
    refuted = unusable = left = 0
    decided: list[Tried] = []
    with workshop(case, prop, depth) as shop:
        edits = _ordered(case, found, str(shop.path), [*repairs(shop.source)])
        for edit in edits:
            variant = shop.variant(edit.source)
            if variant is None:
                unusable += 1
            elif shop.breaks(variant, runs):
                refuted += 1
            elif len(decided) == limit:
                left += 1
            else:
                tell(f"{edit.function}, line {edit.line}: {edit.kind}")
                result = shop.decided(variant, Effort.USUAL)
                if result.status is Status.ERROR:
                    unusable += 1
                    continue
                decided.append(Tried(edit, result))
                if result.trace is not None:
                    runs.append(recording(result.trace))
    return Repairs(shop.shown, len(edits), refuted, unusable, tuple(decided), left)


def _ordered(case: Case, found: Result, file: str, edits: list[Edit]) -> list[Edit]:
    """The changes of functions that the run executed, those of the cause's lines first."""
    assert found.trace is not None
    explained = explanation(case, found.trace)
    lines = [c.line for c in explained.conditions if c.file == file and c.step]
    ran = {edit.function for edit in edits if edit.line in lines}
    first = _blamed(explained.cause, file) if explained.cause is not None else []
    rank = {line: n for n, line in reversed(list(enumerate(first)))}
    kept = [edit for edit in edits if edit.function in ran]
    return sorted(kept, key=lambda edit: rank.get(edit.line, len(rank)))


def _blamed(cause: Cause, file: str) -> list[int]:
    """The lines of the cause, and of the earlier condition."""
    conditions = [*cause.conditions]
    if cause.earlier is not None:
        conditions.append(cause.earlier.condition)
    return [c.line for c in conditions if c.file == file]
