"""``vtsc certify PATH``: check saved certificates again, from model and lemmas."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vtsc.base.errors import BadFileError, EvidenceError, Exit
from vtsc.base.parallel import in_order
from vtsc.commands.options import add_jobs
from vtsc.content.loader import load
from vtsc.report.screen import say

if TYPE_CHECKING:  # it imports z3
    from vtsc.evidence.systems import OpenCases

MANIFEST = "manifest.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The path, and how many processes."""
    parser.add_argument("path", metavar="PATH", help="a certificate, or a folder of them")
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """0: all certificates below the path hold; 71: one does not, which is named with what fails."""
    content = load(arguments.root)
    folders = found(Path(arguments.path))
    together: dict[Path, list[Path]] = {}
    for folder in folders:
        together.setdefault(folder.parent, []).append(folder)

    def work(group: list[Path]) -> list[tuple[str, bool]]:
        from vtsc.evidence.systems import OpenCases  # loads the solver

        opened = OpenCases(content)
        return [_certify(opened, folder) for folder in group]

    rejected = 0
    for lines in in_order(list(together.values()), work, arguments.jobs):
        for line, fine in lines:
            say(line)
            rejected += not fine
    say(f"{len(folders) - rejected} of {len(folders)} certificates hold")
    return Exit.EVIDENCE if rejected else Exit.OK


def found(path: Path) -> list[Path]:
    """Every folder at or below ``path`` that holds evidence, or what is left of it."""
    if not path.is_dir():
        raise BadFileError(f"{path}: {'not a folder' if path.exists() else 'no such folder'}")
    folders = sorted({file.parent for file in _files(path)})
    if not folders:
        raise BadFileError(f"{path}: no certificate there")
    return folders


def _files(path: Path) -> Iterator[Path]:
    yield from path.rglob(MANIFEST)
    yield from path.rglob("*.smt2")


def _certify(opened: "OpenCases", folder: Path) -> tuple[str, bool]:
    try:
        return f"{folder}: {_recheck(opened, folder)}", True
    except EvidenceError as error:
        return f"{folder}: REJECTED: {' '.join(str(error).split())}", False


def _recheck(opened: "OpenCases", folder: Path) -> str:
    """What holds, by whatever kind of evidence it is."""
    from vtsc.evidence.kinds import RECHECKS
    from vtsc.evidence.recheck import recheck

    try:
        kind = str(json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("kind"))
    except (OSError, ValueError, AttributeError):
        kind = ""  # what is wrong with it is for the check to say
    if kind in RECHECKS:
        evidence = RECHECKS[kind](opened.content, folder)
        return f"holds, {len(evidence.questions)} questions, z3"
    certificate, solvers = recheck(opened, folder)
    scope = "any number" if certificate.any_number else "as given"
    return f"holds, {scope}, {len(certificate.queries)} questions, {' and '.join(solvers)}"
