"""``vtsc litmus``: small guest programs, and whether an execution of theirs can end in a given way."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from questions.litmus.program import Litmus
from questions.litmus.reading import read_file
from vtsc.base.errors import Exit, UsageError, worst
from vtsc.base.files import check_folder, write_whole
from vtsc.base.spelling import near
from vtsc.commands.options import add_formats, add_jobs
from vtsc.content.cell_tables import CellTable
from vtsc.content.content import Content
from vtsc.content.loader import find_root
from vtsc.content.question_files import KEYS
from vtsc.content.questions import Question
from vtsc.report.outputs import deliver, one_of, outputs

FOLDER = "litmus"
SUFFIX = ".litmus"
FORMATS = ("text", "json")
STATUSES = (
    "exit status: 0 every answer is as the file's header says; 10 what must not happen can; 11 the "
    "requirement leaves no execution; 12 what must happen cannot; 20 unknown; 2 usage; 3 bad file; 71 "
    "evidence rejected"
)


gate_keys = KEYS


def gate_questions(content: Content, table: CellTable) -> Iterator[Question]:
    """The questions of the tables named litmus in a gate's manifest."""
    from questions.litmus.gate import questions

    return questions(content, table, FOLDER, SUFFIX)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files, and how the answers are told, to a parser."""
    parser.epilog = STATUSES
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="a file, or its name; default: all of litmus/"
    )
    parser.add_argument("--all", action="store_true", help="show the evidence for every answer")
    add_formats(parser, FORMATS)
    said = "save each execution as a file, and each proof as a folder with its question"
    parser.add_argument("--save", metavar="DIR", help=said)
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Decide the files; return the status that stands for all."""
    asked_for = outputs(arguments, one_of(FORMATS))
    if arguments.save:
        check_folder(Path(arguments.save))
    files = chosen(find_root(arguments.root), arguments.files)
    from questions.litmus.deciding import decided
    from questions.litmus.report import document, saved, text

    answers = decided(files, arguments.jobs)
    if arguments.save:
        for name, content in saved(answers).items():
            path = Path(arguments.save, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
    full = arguments.all or len(files) == 1

    def write(name: str) -> str:
        return text(answers, full=full) if name == "text" else document(answers)

    deliver(asked_for, write)
    return worst([answer.status for answer in answers])


def chosen(root: Path, names: Sequence[str]) -> list[Litmus]:
    """The files of these names, or all of the root's; raises `UsageError` for a name that is none."""
    paths = (root / FOLDER).glob(f"*{SUFFIX}")
    known = {path.stem: path for path in sorted(paths, key=lambda path: path.stem)}
    if not names and not known:
        raise UsageError(f"there is no file in {root / FOLDER}")
    found = []
    for name in names or known:
        path = Path(name)
        if name in known:
            found.append(read_file(known[name], f"{FOLDER}/{name}{SUFFIX}"))
        elif path.suffix == SUFFIX and path.is_file():
            found.append(read_file(path, name))
        else:
            raise UsageError(f"no litmus file {name}: {near(path.stem, list(known))}")
    return found
