"""The questions that the gate asks about guest programs: the files that tables named litmus list.

``name`` is the name of a file of ``litmus/``, a list of names, or "all"; a name may be a pattern. ``file`` is
the path of another file below the manifest's folder. The answer that is expected stands in the file's header.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from questions.litmus.program import Litmus
from questions.litmus.reading import read_file
from vtsc.content.cell_tables import CellTable
from vtsc.content.content import Content
from vtsc.content.question_files import named_files
from vtsc.content.questions import Answer, Question

MODULES = ("questions.litmus.deciding", "questions.litmus.report", "vtsc.solver.least")
"""The modules that an answer needs."""


def questions(content: Content, table: CellTable, folder: str, suffix: str) -> Iterator[Question]:
    """One question for each file that a table names; ``folder`` has those of the root."""
    for file in named_files(content, table, folder, suffix, "litmus file"):
        yield _question(table, file.path, file.shown)


def _question(table: CellTable, path: Path, shown: str) -> Question:
    litmus = read_file(path, shown)
    because = table.values.get("because", "")
    rests = hashlib.sha256(path.read_bytes() + _sources()).hexdigest()
    answer = partial(_answer, litmus)
    return Question(
        "litmus", litmus.name, litmus.result, answer, table.line, rests, because, MODULES
    )


def _answer(litmus: Litmus) -> Answer:
    from questions.litmus.deciding import decide
    from questions.litmus.report import text

    found = decide(litmus)
    reason = "" if found.failure is None else str(found.failure)
    return Answer(found.result, found.status, reason, text([found], full=True))


def _sources() -> bytes:
    """The text of this package, on which every answer rests."""
    here = Path(__file__).parent
    return b"\0".join(path.read_bytes() for path in sorted(here.rglob("*.py")))
