"""Compares results with the recorded proofs: which are stale or missing, and how their files change."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from vtsc.base.errors import EvidenceError
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.verdict import Result
from vtsc.evidence import proofs
from vtsc.evidence.certificate import Certificate
from vtsc.evidence.proofs import Never, Proof
from vtsc.evidence.systems import chosen, key


def proof_of(certificate: Certificate) -> Proof:
    """The proof that makes a certificate again."""
    lemmas = tuple((x.owner, x.name) for x in certificate.stated)
    return Proof(certificate.cell, lemmas, certificate.k, certificate.found)


def changes(content: Content, results: Sequence[Result], *, whole: bool = False) -> dict[Path, str]:
    """The files of proofs that results change, with their new text; see `vtsc.evidence.proofs.update`.

    ``whole``: records of cells that are not among the results are dropped.
    """
    found = [proof_of(r.certificate) for r in results if r.certificate is not None]
    asked = None if whole else {r.cell for r in results}
    return proofs.update(content, found, _never(content, results), asked)


def remarks(content: Content, results: Sequence[Result]) -> list[str]:
    """A line for each result whose recorded proof is stale, or that is proved and has none recorded."""
    lines = []
    for result in results:
        cell = result.cell
        old = proofs.load_proofs(content, cell.design).proof(cell)
        if old is None and result.certificate is not None:
            lines.append(_remark(content, cell, "no proof is recorded"))
        elif old is not None and not _still_proves(content, old, result.certificate):
            lines.append(_remark(content, cell, "the recorded proof is stale"))
    return lines


def _remark(content: Content, cell: Cell, what: str) -> str:
    where = proofs.path_of(content, cell.design).relative_to(content.root).as_posix()
    changed = content.changed(cell.design, cell.property, cell.settings)
    own = "".join(f" {key}={value}" for key, value in changed.items())
    return f"{where}: {cell.design} {cell.host} {cell.property}{own}: {what}"


def _still_proves(content: Content, old: Proof, certificate: Certificate | None) -> bool:
    """Whether a certificate, found with the recorded proof at hand, is that proof's."""
    if certificate is None or (old.k, old.found) != (certificate.k, certificate.found):
        return False
    case, prop = Case.of(content, old.cell), old.cell.property
    try:
        lemmas = chosen(case, prop, None, old.lemmas, frame=certificate.any_number)
    except EvidenceError:
        return False
    return {key(x) for x in lemmas} == {(x.owner, x.name) for x in certificate.stated}


def _never(content: Content, results: Sequence[Result]) -> Iterator[Never]:
    """The "sometimes" that lemmas show never to be reached, for each case with a proof."""
    cases: dict[tuple[object, ...], Result] = {}
    for result in results:
        if result.certificate is not None:
            cell = result.cell
            cases.setdefault((cell.design, cell.host, cell.settings), result)
    for result in cases.values():
        yield from _never_of(content, result)


def _never_of(content: Content, result: Result) -> Iterator[Never]:
    """Those of a result's case; where a result does not name the lemmas, the recorded ones are kept."""
    cell = result.cell
    lemmas = {s.name: s.lemmas for s in result.sometimes if s.never}
    old = proofs.load_proofs(content, cell.design).unreached(cell)
    if old is not None:
        lemmas |= {n: old.lemmas for n in old.names if n in lemmas and not lemmas[n]}
    names = tuple(name for name, keys in lemmas.items() if keys)
    if names:
        needed = dict.fromkeys(k for name in names for k in lemmas[name])
        yield Never(cell.design, cell.host, cell.settings, names, tuple(needed))
