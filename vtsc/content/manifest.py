"""The manifest: the cells of the main job, with the verdict that each is expected to have.

``checks.toml`` lists cells in ``[[check]]`` tables. ``design``, ``host`` and ``property`` are a name, a
list of names, or "all"; ``set`` gives parameters, ``depth`` is the depth of the search, and ``expect`` is
"holds" or the depth of the counterexample. ``[defaults]`` has values for keys that a table leaves out. Cells
with default parameters have their verdict in the property's table, and no ``expect``. ``[show]`` names the
cell whose counterexample is reported in full.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from vtsc import DEFAULT_DEPTH, MAX_DEPTH
from vtsc.base.errors import BadFileError, UsageError
from vtsc.base.spelling import near
from vtsc.base.toml_lines import TomlFile
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS, file_of, verdict_of_table

NAME = "checks.toml"
ALL = "all"
NAMES = ("design", "host", "property")
CELLS = (*NAMES, "set")
KEYS = {"defaults": (*CELLS, "depth"), "check": (*CELLS, "depth", "expect"), "show": CELLS}
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
        model = content.model
        self._known: Mapping[str, Any] = {
            "design": model.designs,
            "host": model.hosts,
            "property": content.properties,
        }
        self._defaults: dict[str, Any] = {}

    def manifest(self) -> Manifest:
        """The whole manifest."""
        document = self._file.document
        for name, value in document.items():
            line = self._file.top(name)
            if name not in KEYS:
                raise self._file.fail(line, f"unknown key {name}: {near(name, list(KEYS))}")
            kind, what = (list, "tables, [[check]]") if name == "check" else (dict, "a table")
            if not isinstance(value, kind) or not all(isinstance(x, dict) for x in _each(value)):
                raise self._file.fail(line, f"{name}: expected {what}")
        if "defaults" in document:
            self._defaults = _Table(self, "defaults", None, document["defaults"]).checked()
        tables = document.get("check") or []
        checks = self._once(x for n, table in enumerate(tables) for x in self._checks(n, table))
        if not checks:
            raise self._file.fail(1, "no [[check]] there: nothing to decide")
        shown = self._shown(checks, document["show"]) if "show" in document else None
        return Manifest(self._file.shown, checks, shown)

    def _checks(self, number: int, source: dict[str, Any]) -> Iterator[Check]:
        """The cells of one table."""
        table = _Table(self, "check", number, source)
        table.checked()
        depth = table.values.get("depth", DEFAULT_DEPTH)
        expect = source.get("expect")
        stated = None if expect is None else str(expect)
        line = self._file.table("check", number)
        for cell in table.cells():
            own = bool(self._content.changed(cell.design, cell.property, cell.settings))
            yield Check(cell, depth, self._expected(table, cell, stated), number, line, own)

    def _expected(self, table: "_Table", cell: Cell, own: str | None) -> str | None:
        """The verdict expected of a cell, stated once and in the right place."""
        content = self._content
        changed = content.changed(cell.design, cell.property, cell.settings)
        place = f"{cell.design} {cell.host} {cell.property}"
        if changed:
            if own is None and self._complete:
                texts = " ".join(f"{k}={v}" for k, v in changed.items())
                raise table.fail(None, f"{place} {texts}: expect is missing")
            return own
        where = f"the table of {file_of(content, cell.property)}"
        if own is not None:
            raise table.fail(
                "expect", f"{place} has default parameters: {where} says what to expect"
            )
        found = verdict_of_table(content, cell)
        if found is None and self._complete:
            raise table.fail(None, f"{place}: {where} has no verdict")
        return found

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
        table = _Table(self, "show", None, source)
        table.checked()
        cells = list(table.cells())
        if len(cells) != 1:
            raise table.fail(None, f"show: one cell is expected, not {len(cells)}")
        if cells[0] not in {check.cell for check in checks}:
            raise table.fail(None, "show: no [[check]] lists this cell")
        return cells[0]

    # for the tables

    def known(self, key: str) -> list[str]:
        """The names that a key may have."""
        return list(self._known[key])

    def resolved(self, design: str, host: str, prop: str, given: Mapping[str, str]) -> Cell:
        """The cell of these names and parameters; raises `UsageError` where they have no meaning."""
        return Cell(design, host, prop, self._content.resolve(design, prop, given))

    def inherited(self, name: str) -> dict[str, Any]:
        """The values that a table inherits."""
        return self._defaults if name == "check" else {}

    @property
    def file(self) -> TomlFile:
        """The file that is read."""
        return self._file


class _Table:
    """One table: its own values, and those that it inherits."""

    def __init__(self, reader: _Reader, name: str, number: int | None, own: dict[str, Any]) -> None:
        self._reader = reader
        self._name, self._number = name, number
        self._own = own
        inherited = reader.inherited(name)
        self.values = {**inherited, **own}
        if isinstance(own.get("set", {}), dict):
            self.values["set"] = {**inherited.get("set", {}), **own.get("set", {})}

    def fail(self, key: str | None, what: str, value: object = None) -> BadFileError:
        """The error to raise for a key of the table, or for all of it."""
        file = self._reader.file
        if key is None or key not in self._own:
            return file.fail(file.table(self._name, self._number), what)
        return file.fail(file.key(self._name, self._number, key, value), what)

    def checked(self) -> dict[str, Any]:
        """The table's values, each known to be of its kind."""
        accepted = KEYS[self._name]
        for key, value in self._own.items():
            if key not in accepted:
                raise self.fail(key, f"unknown key {key}: {near(key, list(accepted))}")
            if key in NAMES:
                self._check_names(key, value)
            elif key == "set":
                self._check_set(value)
            elif key == "depth" and not _whole(value, MAX_DEPTH):
                raise self.fail(key, f"depth: expected a whole number from 1 to {MAX_DEPTH}")
            elif key == "expect" and value != HOLDS and not _whole(value, MAX_DEPTH):
                raise self.fail(key, f'expect: expected "{HOLDS}" or the depth of a violation')
        return self.values

    def _check_names(self, key: str, value: Any) -> None:
        names = _each(value)
        if not names or not all(isinstance(name, str) for name in names):
            raise self.fail(key, f'{key}: expected a name, a list of names or "{ALL}"')
        known = self._reader.known(key)
        for name in names:
            if name not in known and value != ALL:
                raise self.fail(key, f"unknown {key} {name}: {near(name, known)}", name)

    def _check_set(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise self.fail("set", 'set: expected a table such as { name = "value" }')
        for name, given in value.items():
            if isinstance(given, bool) or not isinstance(given, (str, int)):
                raise self.fail("set", f"set: {name}: expected a text or a whole number")

    def cells(self) -> Iterator[Cell]:
        """The cells that the table names: every combination of its hosts, designs and properties."""
        for key in NAMES:
            if key not in self.values:
                raise self.fail(None, f"{key} is missing")
        hosts, designs, properties = (self._names(key) for key in ("host", "design", "property"))
        given = {name: str(value) for name, value in self.values["set"].items()}
        for host, design, prop in product(hosts, designs, properties):
            try:
                yield self._reader.resolved(design, host, prop, given)
            except UsageError as error:
                raise self.fail("set", str(error)) from None

    def _names(self, key: str) -> list[str]:
        value = self.values[key]
        return self._reader.known(key) if value == ALL else _each(value)


def _each(value: Any) -> list[Any]:
    """The members of a list; a single value is the only member of one."""
    return value if isinstance(value, list) else [value]


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
