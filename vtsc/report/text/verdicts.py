"""Verdicts as text: the matrix, every counterexample in full, and a line for each cell."""

from collections.abc import Iterator

from vtsc.content.case import Case
from vtsc.deciding.verdict import Status
from vtsc.report import Report
from vtsc.report.text.advice import UNDECIDED, advice
from vtsc.report.text.matrix import matrix
from vtsc.report.text.sometimes import every_sometimes, sometimes
from vtsc.report.text.summary import summary
from vtsc.report.text.wrapping import folded


def report(given: Report) -> str:
    """The whole text, or the brief one of a gate."""
    if given.gate is not None:
        from vtsc.report.text.gate import brief

        return folded(brief(given, given.gate))
    return folded("\n".join(part for part in _parts(given) if part))


def told(given: Report) -> str:
    """The part of the text about single cells: runs, proofs, advice, and a line for each."""
    return folded("\n".join(part for part in _cells(given) if part))


def _parts(given: Report) -> Iterator[str]:
    content, results = given.content, [v.result for v in given.verdicts]
    yield f"vtsc verify: {content.where} model {content.digest}, depth {given.depth}\n"
    yield matrix(content, results)
    yield every_sometimes(results) if given.everything else sometimes(content, results)
    yield from _cells(given)


def _cells(given: Report) -> Iterator[str]:
    content, results = given.content, [v.result for v in given.verdicts]
    for result in results:
        if result.status is Status.VIOLATED and result.trace and result.run:
            from vtsc.report.text.counterexample import counterexample

            yield counterexample(
                content,
                result.trace,
                result.run,
                result.searched,
                given.everything,
                result.doubt,
            )
    if given.proofs:
        from vtsc.report.text.proof import proof

        for result in results:
            if result.certificate is not None:
                found = result.certificate
                yield proof(content, found.evidence().manifest(), given.everything, found.only)
    if given.failed_inductions:
        from vtsc.report.text.cti import failed
        from vtsc.why.cti import failed_induction

        for cell in (r.cell for r in results if r.status in UNDECIDED):
            yield failed(failed_induction(Case.of(content, cell), cell.property))
    yield from advice(given)
    yield summary(given.verdicts)
