"""Reads the claims: one TOML file each in ``claims/``, with its words, its questions, and the reply.

A file's keys are those of `TEXTS` and ``assumes``, a list of sentences. Each table ``question`` has an
``id``, a ``role``, its sentence ``reads``, its ``kind``, the keys of that kind, and ``says``, the outcome
that the claim asks for, where that is not the usual one. The recorded verdict has to follow from the
recorded answers.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from questions.claims.claim import Claim, Kept, Question, Role, Verdict, follows
from questions.claims.kinds import KINDS
from vtsc.base.errors import BadFileError
from vtsc.base.spelling import near
from vtsc.base.toml_lines import TomlFile
from vtsc.content.cell_tables import CellTable
from vtsc.content.cells import Cell
from vtsc.content.content import Content

FOLDER = "claims"
TEXTS = ("claim", "who", "words", "reading", "verdict", "reply")
TOP = (*TEXTS, "assumes", "question")
EVERY = ("id", "role", "reads", "kind", "says")
"""The keys of a question of any kind."""
FIXED = (Role.REPAIR, Role.STRONGER, Role.SANITY)
"""Roles whose recorded answer has to be the one that is asked for."""


def load_claims(content: Content, folder: Path | None = None) -> list[Claim]:
    """Every claim, in the order of the files; raises `BadFileError` with file and line for any mistake.

    ``folder``: where the files are, if not in the content's own folder.
    """
    folder = folder or content.root / FOLDER
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise BadFileError(f"{folder}: no claims there")
    found = [_Reader(content, path).claim() for path in paths]
    files: dict[str, str] = {}
    for claim in found:
        if claim.id in files:
            raise BadFileError(f"{claim.file}: {claim.id} is in {files[claim.id]}, too")
        files[claim.id] = claim.file
    return found


def kept_cells(content: Content, folder: Path | None = None) -> dict[Cell, str]:
    """The cells whose evidence the tree keeps for the claims, each with the verdict expected of it.

    Empty where the content has no claims. Raises `BadFileError` where two questions expect different things.
    """
    if not (folder or content.root / FOLDER).is_dir():
        return {}
    found: dict[Cell, str] = {}
    for claim in load_claims(content, folder):
        for question, kept in every_cell(claim):
            if found.setdefault(kept.cell, kept.expected) != kept.expected:
                raise BadFileError(
                    f"{claim.file}:{question.line}: {kept.expected} is expected of a cell of which "
                    f"another question expects {found[kept.cell]}"
                )
    return found


def every_cell(claim: Claim) -> Iterator[tuple[Question, Kept]]:
    """The cells of a claim's questions."""
    for question in claim.questions:
        for kept in question.ask.kept:
            yield question, kept


class _Reader:
    """Reads one file; errors name the line at fault."""

    def __init__(self, content: Content, path: Path) -> None:
        self._content = content
        self._file = TomlFile(path, f"{FOLDER}/{path.name}")

    def claim(self) -> Claim:
        """The claim."""
        file, document = self._file, self._file.document
        for name in document:
            if name not in TOP:
                raise file.fail(file.top(name), f"unknown key {name}: {near(name, list(TOP))}")
        texts = {name: self._text(name) for name in TEXTS}
        assumes = document.get("assumes", [])
        if not isinstance(assumes, list) or not all(isinstance(x, str) for x in assumes):
            raise file.fail(file.top("assumes"), "assumes: expected a list of sentences")
        questions = self._questions(document.get("question", []))
        verdict = self._verdict(texts["verdict"], questions)
        return Claim(
            texts["claim"],
            texts["who"],
            texts["words"],
            texts["reading"],
            tuple(assumes),
            verdict,
            texts["reply"],
            questions,
            file.shown,
            {name: file.top(name) for name in TEXTS},
        )

    def _text(self, name: str) -> str:
        value = self._file.document.get(name)
        if not isinstance(value, str) or not value.strip():
            line = self._file.top(name) if value is not None else 1
            raise self._file.fail(line, f"{name}: expected a text")
        return " ".join(value.split())

    def _questions(self, tables: Any) -> tuple[Question, ...]:
        if not isinstance(tables, list) or not all(isinstance(x, dict) for x in tables):
            raise self._file.fail(self._file.top("question"), "question: expected [[question]]")
        found: dict[str, Question] = {}
        for number, own in enumerate(tables):
            question = self._question(number, own)
            if question.id in found:
                raise self._file.fail(question.line, f"id {question.id} is there twice")
            found[question.id] = question
        return tuple(found.values())

    def _question(self, number: int, own: Mapping[str, Any]) -> Question:
        line = self._file.table("question", number)
        for key in ("id", "role", "reads", "kind"):
            if not isinstance(own.get(key), str):
                raise self._file.fail(line, f"{key}: expected a text")
        if not own["id"].isidentifier():
            raise self._file.fail(line, f"id {own['id']}: expected a word that a reply can name")
        for key, names in (("role", [*Role]), ("kind", [*KINDS])):
            if own[key] not in names:
                at = self._file.key("question", number, key)
                raise self._file.fail(at, f"unknown {key} {own[key]}: {near(own[key], [*names])}")
        kind = import_module(KINDS[own["kind"]])
        accepted = (*EVERY, *kind.KEYS)
        table = CellTable(
            self._content, self._file, "question", number, own, accepted, {}, *kind.EXPECTED
        )
        ask = kind.read(table, table.checked())
        role = Role(own["role"])
        says = self._says(table, role, kind.WORDS)
        if role in FIXED and ask.expected is not says:
            raise table.fail(
                "expect",
                f"a question of role {role} is recorded to come out otherwise than it must",
            )
        reads = " ".join(own["reads"].split())
        return Question(own["id"], role, reads, says, own["kind"], ask, line)

    def _says(self, table: CellTable, role: Role, words: tuple[str, str]) -> bool:
        """The outcome that is asked for: the first of the kind's words, unless the table says otherwise."""
        usual = words[role is Role.STRONGER]
        said = table.own.get("says", usual)
        if said not in words:
            raise table.fail("says", f'says: expected "{words[0]}" or "{words[1]}"')
        return bool(said == words[0])

    def _verdict(self, text: str, questions: tuple[Question, ...]) -> Verdict:
        """The verdict that the file states; it has to follow from the recorded answers."""
        line = self._file.top("verdict")
        if text not in [*Verdict]:
            raise self._file.fail(line, f"verdict {text}: {near(text, [*Verdict])}")
        recorded = follows((q, q.ask.expected) for q in questions)
        if recorded != text:
            raise self._file.fail(line, f"verdict: from the recorded answers follows: {recorded}")
        return recorded
