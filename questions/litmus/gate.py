"""The questions that the gate asks about guest programs: the files of ``[[litmus]]`` tables.

``name`` is the name of a file of ``litmus/``, a list of names, or "all"; a name may be a pattern. ``file`` is
the path of another file below the manifest's folder. The answer that is expected stands in the file's header.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from questions.litmus.program import Litmus
from questions.litmus.reading import read_file
from vtsc.base.spelling import near
from vtsc.content.cell_tables import ALL, CellTable, each, fitting
from vtsc.content.content import Content
from vtsc.content.questions import Answer, Question

KEYS = ("name", "file")


def questions(content: Content, table: CellTable, folder: str, suffix: str) -> Iterator[Question]:
    """One question for each file that a table names; ``folder`` has those of the root."""
    values = table.checked()
    if not {*KEYS} & values.keys():
        raise table.fail(None, "name is missing")
    known = {path.stem: path for path in sorted((content.root / folder).glob(f"*{suffix}"))}
    for name in _names(table, known):
        yield _question(table, known[name], f"{folder}/{name}{suffix}")
    for name in each(values.get("file", [])):
        path = table.file.path.parent / str(name)
        if path.suffix != suffix or not path.is_file():
            raise table.fail("file", f"file: there is no file {path} of a litmus question", name)
        yield _question(table, path, str(path))


def _names(table: CellTable, known: dict[str, Path]) -> Iterator[str]:
    value: Any = table.values.get("name", [])
    found: dict[str, None] = {}
    for name in [*known] if value == ALL else each(value):
        names = fitting(str(name), [*known])
        if not names:
            raise table.fail("name", f"no litmus file {name}: {near(str(name), [*known])}", name)
        found |= dict.fromkeys(names)
    yield from found


def _question(table: CellTable, path: Path, shown: str) -> Question:
    litmus = read_file(path, shown)
    because = table.values.get("because", "")
    rests = hashlib.sha256(path.read_bytes() + _sources()).hexdigest()
    answer = partial(_answer, litmus)
    return Question("litmus", litmus.name, litmus.result, answer, table.line, rests, because)


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
