"""``vtsc certify PATH``: check saved evidence again, starting from the model and the lemmas."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vtsc.base.errors import BadFileError, EvidenceError, Exit, VtscError
from vtsc.base.parallel import in_order
from vtsc.commands.options import add_design, add_jobs
from vtsc.content.content import model_error
from vtsc.content.loader import load
from vtsc.evidence.archive import SUFFIX, unpack
from vtsc.report.screen import say
from vtsc.report.text.wrapping import folded

if TYPE_CHECKING:  # it imports z3
    from vtsc.evidence.systems import OpenCases

MANIFEST = "manifest.json"
CERTIFIED = (
    "exit status: 0 all certificates hold, 71 some do not and are named, "
    "2 usage, 3 no certificates there or a bad model"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the path and the number of processes to a parser."""
    parser.epilog = CERTIFIED
    parser.add_argument(
        "path", metavar="PATH", help=f"a certificate, a folder of them, or an archive ({SUFFIX})"
    )
    add_design(parser)
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 if all evidence below the path holds, and 71 if some does not; that part is named."""
    content = load(arguments.root, arguments.design)
    with _opened(Path(arguments.path)) as top:
        folders = found(top, arguments.path)
        together: dict[Path, list[Path]] = {}
        for folder in folders:
            together.setdefault(folder.parent, []).append(folder)

        import vtsc.evidence.recheck  # noqa: F401  # every worker starts with the solver loaded

        def work(group: list[Path]) -> list[tuple[str, bool]] | VtscError:
            from vtsc.evidence.systems import OpenCases  # loads the solver

            opened = OpenCases(content)
            try:
                return [_certify(opened, folder) for folder in group]
            except VtscError as error:
                return error  # a worker does not raise

        rejected = 0
        groups = list(together.values())
        for group, lines in zip(groups, in_order(groups, work, arguments.jobs), strict=True):
            if isinstance(lines, VtscError):
                raise lines
            for folder, (line, fine) in zip(group, lines, strict=True):
                say(folded(f"{Path(arguments.path) / folder.relative_to(top)}: {line}"))
                rejected += not fine
    say(f"{len(folders) - rejected} of {len(folders)} certificates hold")
    return Exit.EVIDENCE if rejected else Exit.OK


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """The folder at ``path``, or a temporary one into which the archive at ``path`` is unpacked."""
    if path.is_dir():
        yield path
        return
    if not path.exists():
        raise BadFileError(f"{path}: no such folder or archive")
    if not path.name.endswith(SUFFIX):
        raise BadFileError(f"{path}: neither a folder nor a {SUFFIX} archive")
    with tempfile.TemporaryDirectory(prefix="vtsc.") as scratch:
        unpack(path, Path(scratch))
        yield Path(scratch)


def found(path: Path, shown: object) -> list[Path]:
    """The folders at or below ``path`` with evidence, even incomplete; errors call it ``shown``.

    Raises `BadFileError` where no file says what is proved: other commands save questions, too.
    """
    files = [*_files(path)]
    if not files:
        raise BadFileError(f"{shown}: no certificate there")
    if not any(file.name == MANIFEST for file in files):
        told = f"{len(files)} questions for a solver, and no {MANIFEST} that says what they prove"
        raise BadFileError(f"{shown}: no certificate there that can be checked: {told}")
    return sorted({file.parent for file in files})


def _files(path: Path) -> Iterator[Path]:
    yield from path.rglob(MANIFEST)
    yield from path.rglob("*.smt2")


def _certify(opened: "OpenCases", folder: Path) -> tuple[str, bool]:
    """The line to print about the evidence in a folder, and whether it holds."""
    from vtsc.evidence.recheck import recheck

    try:
        evidence, solvers = recheck(opened, folder)
    except EvidenceError as error:
        return f"REJECTED: {' '.join(str(error).split())}", False
    except VtscError:
        raise
    except Exception as error:  # a model may do anything
        named = model_error(opened.content, error)
        raise (named if isinstance(named, VtscError) else error) from None
    scope = [evidence.scope] if evidence.scope else []
    asked = [f"{len(evidence.questions)} questions", " and ".join(solvers)]
    return ", ".join(["holds", *scope, *asked]), True
