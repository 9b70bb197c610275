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
    together: dict[Path, list[Path]] = {}
    for folder in folders:
        together.setdefault(folder.parent, []).append(folder)

    def work(group: list[Path]) -> list[tuple[str, bool]]:
        return [_certify(content, folder) for folder in group]

    status = Exit.OK
    for lines in in_order(list(together.values()), work, arguments.jobs):
        for line, fine in lines:
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


def _certify(content: Content, folder: Path) -> tuple[str, bool]:
    from vtsc.recheck import recheck

    try:
        certificate, solvers = recheck(content, folder)
    except EvidenceError as error:
        return f"{folder}: REJECTED: {' '.join(str(error).split())}", False
    scope = "any number" if certificate.any_number else "as given"
    questions = len(certificate.queries)
    return f"{folder}: holds, {scope}, {questions} questions, {' and '.join(solvers)}", True
