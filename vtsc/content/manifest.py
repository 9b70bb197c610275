"""The manifest: the cells of the main job, with the verdict that each is expected to have.

``checks.toml`` lists cells in ``[[check]]`` tables, whose keys are those of `vtsc.content.cell_tables`, and
bounds in ``[[bound]]`` tables. ``[defaults]`` has values for keys that a table leaves out. ``[show]`` names
the cell whose counterexample is reported in full. ``[limits]`` says what deciding the cells may cost. The
content may have questions of its own in further tables (`vtsc.content.questions`). docs/gate.md describes it
all.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import BadFileError
from vtsc.base.spelling import near
from vtsc.base.toml_lines import TomlFile
from vtsc.content.budget import MOST, Budget, is_limit
from vtsc.content.budget import NAMES as LIMITS
from vtsc.content.cell_tables import CELLS, SENTENCES, CellTable, each
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.design_files import DesignFiles
from vtsc.content.loader import with_designs
from vtsc.content.questions import BoundQuestion, Kind, Question, bound_questions, kinds_of
from vtsc.language.words import spelled

NAME = "checks.toml"
WHERE = (*CELLS, "file")
KEYS = {
    "defaults": (*WHERE, "depth"),
    "check": (*WHERE, "depth", "expect", "because", "skip"),
    "bound": (*WHERE, "depth", "measure", "expect", "because"),
    "show": WHERE,
    "limits": LIMITS,
}
"""The tables, and the keys of each."""


@dataclass(frozen=True)
class Check:
    """A cell of the main job."""

    cell: Cell
    depth: int
    """The depth of the search."""
    expected: str | None
    """The verdict that it is expected to have, ``holds`` or a depth; None where none is stated yet."""
    table: int
    """The number, from 0, of the ``[[check]]`` that lists it."""
    line: int
    """The line at which that table begins."""
    own: bool
    """Whether the verdict is to be stated there, and not in the property's file."""
    because: str = ""
    """Why the verdict is as expected, in a sentence; for a design that is known to be bad."""
    skip: str = ""
    """Why the cell is not decided, in a sentence; empty for one that is."""


@dataclass(frozen=True)
class Manifest:
    """A manifest that has been read."""

    file: str
    content: Content
    """The content, with the designs in files that it names."""
    checks: tuple[Check, ...]
    shown: Cell | None = None
    """The cell whose counterexample is reported in full."""
    questions: tuple[Question | BoundQuestion, ...] = ()
    """What it asks besides cells."""
    skipped: tuple[Check, ...] = ()
    """The cells that are listed and not decided."""
    budget: Budget = field(default_factory=Budget)
    """What deciding the cells may cost."""

    @property
    def listed(self) -> dict[Cell, str]:
        """The verdicts that the manifest itself states."""
        return {c.cell: c.expected for c in self.checks if c.own and c.expected is not None}


def find_manifest(content: Content) -> Path | None:
    """The manifest of a root, if it has one."""
    path = content.root / NAME
    return path if path.is_file() else None


def usual_manifest(content: Content) -> Path:
    """The manifest that is meant where none is named: that of the root.

    Where the content is what comes with vtsc, it is the nearest one from the working directory upwards.
    Raises `BadFileError` where there is none.
    """
    here = Path.cwd().resolve()
    if content.asked is None and not here.is_relative_to(content.root):
        for folder in (here, *here.parents):
            if (folder / NAME).is_file():
                return Path(os.path.relpath(folder / NAME, here))
        raise BadFileError(
            f"{NAME}: neither here nor in a folder above; vtsc gate --init DESIGN.py writes one"
        )
    path = content.root / NAME
    if not path.is_file():
        raise BadFileError(f"{path}: not there; it lists the cells that vtsc gate decides")
    return path


def listed_verdicts(content: Content) -> dict[Cell, str]:
    """The verdicts that the root's manifest states; none where it has no manifest.

    A cell of which no verdict is expected, such as one of a new design, is no mistake here.
    """
    path = find_manifest(content)
    return {} if path is None else _reader(content, path, complete=False).cells_alone().listed


def load_manifest(content: Content, path: Path, *, complete: bool = True) -> Manifest:
    """Read a manifest; raises `BadFileError` with file and line for any mistake in it.

    ``complete``: a cell of which no verdict is expected is a mistake, too.
    """
    return _reader(content, path, complete).manifest()


def _reader(content: Content, path: Path, complete: bool) -> "_Reader":
    shown = path.name if path.parent == content.root else str(path)
    return _Reader(content, TomlFile(path, shown), complete)


class _Reader:
    """Reads the tables of a manifest; errors name the line at fault."""

    def __init__(self, content: Content, file: TomlFile, complete: bool) -> None:
        self._content = content
        self._file = file
        self._complete = complete
        self._defaults: dict[str, Any] = {}
        self._designs: dict[str, Sequence[str]] = {}
        """The designs in the files that each value of ``file`` stands for."""

    @cached_property
    def _kinds(self) -> Mapping[str, Kind]:
        """The kinds of question of which there are tables."""
        return kinds_of(self._content, self._file.document.keys())

    def manifest(self) -> Manifest:
        """The whole manifest."""
        manifest = self._cells(self._kinds)
        questions = tuple(self._questions())
        if not manifest.checks and not manifest.skipped and not questions:
            raise self._file.fail(1, "nothing to decide: no table asks anything, such as [[check]]")
        return replace(manifest, questions=questions)

    def cells_alone(self) -> Manifest:
        """The manifest without its questions; the commands whose tables these are in are not loaded."""
        return self._cells([name for name, _, _ in self._content.model.commands])

    def _cells(self, others: Collection[str]) -> Manifest:
        """The manifest without its questions, which are in tables of these ``others`` and of bounds."""
        document = self._file.document
        for name, value in document.items():
            line = self._file.top(name)
            if name not in KEYS and name not in others:
                known = [*KEYS, *kinds_of(self._content)]
                raise self._file.fail(line, f"unknown key {name}: {near(name, known)}")
            single = name in ("defaults", "show", "limits")
            kind, what = (dict, "a table") if single else (list, f"tables, [[{name}]]")
            if not isinstance(value, kind) or not all(isinstance(x, dict) for x in each(value)):
                raise self._file.fail(line, f"{name}: expected {what}")
        self._load_files()
        if "defaults" in document:
            self._defaults = self._table("defaults", None, document["defaults"]).checked()
        checks = self._once(x for t in self._tables("check") for x in self._checks(t))
        shown = self._shown(checks, document["show"]) if "show" in document else None
        decided = tuple(check for check in checks if not check.skip)
        skipped = tuple(check for check in checks if check.skip)
        budget = self._budget(document.get("limits", {}))
        return Manifest(
            self._file.shown, self._content, decided, shown, skipped=skipped, budget=budget
        )

    def _load_files(self) -> None:
        """Add the designs in all files that are named to the content."""
        designs = DesignFiles(self._file)
        files = [file for each in designs.named().values() for file in each]
        if files:
            self._content = with_designs(self._content, list(dict.fromkeys(files)))
        names = {own.asked: own.name for own in self._content.others}
        self._designs = {key: [names[x] for x in found] for key, found in designs.named().items()}

    def _budget(self, given: dict[str, Any]) -> Budget:
        """The limits that ``[limits]`` states."""
        for name, value in given.items():
            line = self._file.key("limits", None, name)
            if name not in LIMITS:
                raise self._file.fail(line, f"unknown key {name}: {near(name, list(LIMITS))}")
            if not is_limit(value):
                expected = f"a whole number from 1 to {spelled(MOST)}"
                raise self._file.fail(line, f"{name}: expected {expected}")
        return Budget(**given)

    def _table(self, name: str, number: int | None, own: dict[str, Any]) -> CellTable:
        keys = KEYS[name] if name in KEYS else (*self._kinds[name].keys, "because")
        inherited = self._defaults if name in ("check", "bound") else {}
        content, file = self._content, self._file
        return CellTable(content, file, name, number, own, keys, inherited, files=self._designs)

    def _tables(self, name: str) -> Iterator[CellTable]:
        for number, own in enumerate(self._file.document.get(name) or []):
            yield self._table(name, number, own)

    def _questions(self) -> Iterator[Question | BoundQuestion]:
        """All that is asked besides cells, nothing twice."""
        found: dict[tuple[str, str], int] = {}
        asking = {"bound": bound_questions} | {n: k.questions for n, k in self._kinds.items()}
        for name in self._file.document:
            for table in self._tables(name) if name in asking else ():
                made = [*asking[name](table)]
                if not made:
                    raise self._file.fail(table.line, f"this [[{name}]] asks nothing")
                for question in made:
                    first = found.setdefault((name, question.name), table.line)
                    if first != table.line:
                        what = f"{question.name} is listed twice, first at line {first}"
                        raise self._file.fail(table.line, what)
                    yield question

    def _checks(self, table: CellTable) -> Iterator[Check]:
        """The cells of one table."""
        values = table.checked()
        depth = values.get("depth", DEFAULT_DEPTH)
        sentences = [values.get(key, "") for key in SENTENCES]
        for cell in table.cells():
            own = table.is_own(cell)
            expected = table.expected(cell, complete=self._complete and not sentences[1])
            yield Check(cell, depth, expected, table.number or 0, table.line, own, *sentences)

    def _once(self, checks: Iterator[Check]) -> tuple[Check, ...]:
        """The checks, no cell twice."""
        found: dict[Cell, Check] = {}
        for check in checks:
            cell = check.cell
            if cell in found:
                name = f"{cell.design} {cell.host} {cell.property}"
                first = found[cell].line
                raise self._file.fail(check.line, f"{name} is listed twice, first at line {first}")
            found[cell] = check
        return tuple(found.values())

    def _shown(self, checks: tuple[Check, ...], source: dict[str, Any]) -> Cell:
        """The one cell that ``[show]`` names."""
        table = self._table("show", None, source)
        table.checked()
        cells = list(table.cells())
        if len(cells) != 1:
            raise table.fail(None, f"show: one cell is expected, not {len(cells)}")
        if cells[0] not in {check.cell for check in checks}:
            raise table.fail(None, "show: no [[check]] lists this cell")
        return cells[0]
