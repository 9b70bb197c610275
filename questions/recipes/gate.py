"""The questions that the gate asks about recipes: the files of the tables ``recipe``.

``name`` is the name of a file of ``recipes/``, a list of names, or "all"; a name may be a pattern.
``file`` is the path of another file below the manifest's folder. Each variant of a file is a question under
each of its rule sets; the verdicts that are expected stand in the file.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from questions.recipes.reading.file import read_file
from questions.recipes.reading.tree import Text
from vtsc.base.errors import VtscError
from vtsc.base.spelling import near
from vtsc.content.cell_tables import ALL, CellTable, each, fitting
from vtsc.content.content import Content
from vtsc.content.questions import Answer, Question

RESTS_ON = ("questions/recipes", "model/today")
"""The folders whose code an answer rests on."""


def questions(content: Content, table: CellTable, folder: str, suffix: str) -> Iterator[Question]:
    """The questions of a table; ``folder`` has the recipes of the root."""
    values = table.checked()
    if not {"name", "file"} & values.keys():
        raise table.fail(None, "name is missing")
    known = {path.stem: path for path in sorted((content.root / folder).glob(f"*{suffix}"))}
    for name in _names(table, known):
        yield from _questions(content, table, known[name], f"{folder}/{name}{suffix}", name)
    for name in each(values.get("file", [])):
        path = table.file.path.parent / str(name)
        if path.suffix != suffix or not path.is_file():
            raise table.fail("file", f"file: there is no recipe {path}", name)
        yield from _questions(content, table, path, str(path), str(name))


def _names(table: CellTable, known: dict[str, Path]) -> Iterator[str]:
    value: Any = table.values.get("name", [])
    found: dict[str, None] = {}
    for name in [*known] if value == ALL else each(value):
        names = fitting(str(name), [*known])
        if not names:
            raise table.fail("name", f"no recipe {name}: {near(str(name), [*known])}", name)
        found |= dict.fromkeys(names)
    yield from found


def _questions(
    content: Content, table: CellTable, path: Path, shown: str, asked: str
) -> Iterator[Question]:
    """One question for each variant and rule set of a file."""
    rests = hashlib.sha256(path.read_bytes() + _sources(content.root)).hexdigest()
    because = table.values.get("because", "")
    for text in read_file(path, shown):
        for rules in text.rules:
            expected = _expected(text, rules)
            if not expected:
                raise table.fail(None, f"{text.name}: nothing is expected under {rules}", asked)
            answer = partial(_answer, text, rules)
            name = f"{text.name} {rules}"
            yield Question("recipe", name, expected, answer, table.line, f"{rests} {name}", because)


def _expected(text: Text, rules: str) -> str:
    """The verdicts that are expected of a recipe under a rule set."""
    found = text.expect.get(rules, {})
    return ", ".join(f"{n} {e.result} {e.condition}".strip() for n, e in found.items())


def _answer(text: Text, rules: str) -> Answer:
    from questions.recipes.asking import Asked, answered
    from questions.recipes.report import text as report

    try:
        found = answered(Asked(text, (rules,)))
    except VtscError as error:
        return Answer("ERROR", error.status, str(error))
    told = [f"{a.name} {a.verdict.result} {a.condition}".strip() for a in found.answers]
    reasons = dict.fromkeys(a.verdict.why for a in found.answers if a.verdict.why)
    reason = "" if found.status == 0 else "; ".join(reasons)
    return Answer(", ".join(told), found.status, reason, report([found], full=True))


def _sources(root: Path) -> bytes:
    """The text of the code that every answer rests on."""
    paths = (path for folder in RESTS_ON for path in sorted((root / folder).rglob("*.py")))
    return b"\0".join(path.read_bytes() for path in paths)
