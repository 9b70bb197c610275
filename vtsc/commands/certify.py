"""``vtsc certify PATH``: check saved certificates again, from model and lemmas."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from vtsc.errors import BadFileError, EvidenceError, Exit
from vtsc.loader import Content, load
from vtsc.parallel import in_order
from vtsc.report.notes import say


def run(arguments: argparse.Namespace) -> Exit:
    """0: all certificates below the path hold; 71: one does not, which is named with what fails."""
    content = load(arguments.root)
    folders = found(Path(arguments.path))
    status = Exit.OK
    for line, fine in in_order([(content, folder) for folder in folders], _certify, arguments.jobs):
        say(line)
        status = status if fine else Exit.EVIDENCE
    say(f"{len(folders)} certificate{'s' * (len(folders) != 1)} checked")
    return status


def found(path: Path) -> list[Path]:
    """Every folder at or below ``path`` that is a certificate or what is left of one."""
    if not path.is_dir():
        raise BadFileError(f"{path}: no such folder")
    folders = sorted({file.parent for file in _files(path)})
    if not folders:
        raise BadFileError(f"{path}: no certificate there")
    return folders


def _files(path: Path) -> Iterator[Path]:
    yield from path.rglob("manifest.json")
    yield from path.rglob("*.smt2")


def _certify(work: tuple[Content, Path]) -> tuple[str, bool]:
    from vtsc.recheck import recheck

    content, folder = work
    try:
        certificate, solvers = recheck(content, folder)
    except EvidenceError as error:
        return f"{folder}: REJECTED: {' '.join(str(error).split())}", False
    scope = "any number" if certificate.any_number else "as given"
    questions = len(certificate.queries)
    return f"{folder}: holds, {scope}, {questions} questions, {' and '.join(solvers)}", True
