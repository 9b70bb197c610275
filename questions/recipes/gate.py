"""The questions that the gate asks about recipes: the files of the tables ``recipe``.

``name`` is the name of a file of ``recipes/``, a list of names, or "all"; a name may be a pattern.
``file`` is the path of another file below the manifest's folder. Each variant of a file is a question under
each of its rule sets; the verdicts that are expected stand in the file.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from questions.recipes.reading.file import read_file
from questions.recipes.reading.tree import USUAL, Text
from vtsc.base.errors import VtscError
from vtsc.content.cell_tables import CellTable
from vtsc.content.content import Content
from vtsc.content.question_files import named_files
from vtsc.content.questions import Answer, Question

RESTS_ON = ("questions/recipes", "model/today")
"""The folders whose code an answer rests on."""
MODULES = ("questions.recipes.asking", "questions.recipes.report", "vtsc.solver.least")
"""The modules that an answer needs."""


def questions(content: Content, table: CellTable, folder: str, suffix: str) -> Iterator[Question]:
    """The questions of a table; ``folder`` has the recipes of the root."""
    for file in named_files(content, table, folder, suffix, "recipe"):
        yield from _questions(content, table, file.path, file.shown, file.asked)


def _questions(
    content: Content, table: CellTable, path: Path, shown: str, asked: str
) -> Iterator[Question]:
    """One question for each variant and rule set of a file."""
    rests = hashlib.sha256(path.read_bytes() + _sources(content.root)).hexdigest()
    because = table.values.get("because", "")
    for text in read_file(path, shown):
        for rules in text.rules or USUAL:
            expected = _expected(text, rules)
            if not expected:
                missing = (
                    f'nothing is expected under {rules}: write [expect."{rules}"] into {shown}'
                )
                raise table.fail(None, f"{text.name}: {missing}", asked)
            answer = partial(_answer, text, rules)
            name = f"{text.name} {rules}"
            rests_on = f"{rests} {name}"
            yield Question("recipe", name, expected, answer, table.line, rests_on, because, MODULES)


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
