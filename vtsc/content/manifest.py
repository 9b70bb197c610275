"""The manifest: the cells of the main job, with the verdict that each is expected to have.

``checks.toml`` lists cells in ``[[check]]`` tables, whose keys are those of `vtsc.content.cell_tables`.
``[defaults]`` has values for keys that a table leaves out. ``[show]`` names the cell whose counterexample is
reported in full. ``[limits]`` says what deciding the cells may cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vtsc import DEFAULT_DEPTH
from vtsc.base.spelling import near
from vtsc.base.toml_lines import TomlFile
from vtsc.content.budget import MOST, Budget, is_limit
from vtsc.content.budget import NAMES as LIMITS
from vtsc.content.cell_tables import CELLS, CellTable, each
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.language.words import spelled

NAME = "checks.toml"
KEYS = {
    "defaults": (*CELLS, "depth"),
    "check": (*CELLS, "depth", "expect"),
    "show": CELLS,
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


@dataclass(frozen=True)
class Manifest:
    """A manifest that has been read."""

    file: str
    checks: tuple[Check, ...]
    shown: Cell | None = None
    """The cell whose counterexample is reported in full."""
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


def listed_verdicts(content: Content) -> dict[Cell, str]:
    """The verdicts that the root's manifest states; none where it has no manifest.

    A cell of which no verdict is expected, such as one of a new design, is no mistake here.
    """
    path = find_manifest(content)
    return {} if path is None else load_manifest(content, path, complete=False).listed


def load_manifest(content: Content, path: Path, *, complete: bool = True) -> Manifest:
    """Read a manifest; raises `BadFileError` with file and line for any mistake in it.

    ``complete``: a cell of which no verdict is expected is a mistake, too.
    """
    shown = path.name if path.parent == content.root else str(path)
    return _Reader(content, TomlFile(path, shown), complete).manifest()


class _Reader:
    """Reads the tables of a manifest; errors name the line at fault."""

    def __init__(self, content: Content, file: TomlFile, complete: bool) -> None:
        self._content = content
        self._file = file
        self._complete = complete
        self._defaults: dict[str, Any] = {}

    def manifest(self) -> Manifest:
        """The whole manifest."""
        document = self._file.document
        for name, value in document.items():
            line = self._file.top(name)
            if name not in KEYS:
                raise self._file.fail(line, f"unknown key {name}: {near(name, list(KEYS))}")
            kind, what = (list, "tables, [[check]]") if name == "check" else (dict, "a table")
            if not isinstance(value, kind) or not all(isinstance(x, dict) for x in each(value)):
                raise self._file.fail(line, f"{name}: expected {what}")
        if "defaults" in document:
            self._defaults = self._table("defaults", None, document["defaults"]).checked()
        tables = document.get("check") or []
        checks = self._once(x for n, table in enumerate(tables) for x in self._checks(n, table))
        if not checks:
            raise self._file.fail(1, "no [[check]] there: nothing to decide")
        shown = self._shown(checks, document["show"]) if "show" in document else None
        return Manifest(self._file.shown, checks, shown, self._budget(document.get("limits", {})))

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
        inherited = self._defaults if name == "check" else {}
        return CellTable(self._content, self._file, name, number, own, KEYS[name], inherited)

    def _checks(self, number: int, source: dict[str, Any]) -> Iterator[Check]:
        """The cells of one table."""
        table = self._table("check", number, source)
        depth = table.checked().get("depth", DEFAULT_DEPTH)
        for cell in table.cells():
            own = bool(self._content.changed(cell.design, cell.property, cell.settings))
            expected = table.expected(cell, complete=self._complete)
            yield Check(cell, depth, expected, number, table.line, own)

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
