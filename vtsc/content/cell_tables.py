"""Tables of a TOML file that name cells: design, host, property and parameters, with the verdict expected.

``design``, ``host`` and ``property`` are a name, a list of names, or "all"; a name may be a pattern with
``*``. In place of ``design``, ``file`` names files with a design each. ``set`` gives parameters, ``depth``
is the depth of the search, and ``expect`` is "holds" or the depth of the counterexample. Cells with default
parameters have their verdict in the property's table, if that has one, and no ``expect``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from vtsc import MAX_DEPTH
from vtsc.base.errors import BadFileError, UsageError
from vtsc.base.spelling import near
from vtsc.base.toml_lines import TomlFile
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS, file_of, verdict_of_table

ALL = "all"
PATTERN = "*?["
"""What a name has that stands for all names of its form."""
NAMES = ("design", "host", "property")
CELLS = (*NAMES, "set")
"""The keys that say which cells a table is about."""
SENTENCES = ("because", "skip")
"""Keys whose value is a sentence."""
DESIGN_OR_FILE = {"design": "file", "file": "design"}
"""Keys that exclude each other."""


@dataclass(frozen=True)
class CellTable:
    """One table: its own values, and those that it inherits."""

    content: Content
    file: TomlFile
    name: str
    number: int | None
    """Which one of an array of tables, from 0; None where it is none of an array."""
    own: Mapping[str, Any]
    accepted: Sequence[str]
    """The keys that it may have."""
    inherited: Mapping[str, Any] = field(default_factory=dict)
    holds: str = HOLDS
    """The expected answer that is no depth."""
    run: str = "violation"
    """The word for the run whose depth is expected otherwise."""
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The designs in the files that each value of ``file`` stands for."""

    @property
    def values(self) -> dict[str, Any]:
        """The table's values with those that it inherits."""
        left_out = [DESIGN_OR_FILE[key] for key in self.own if key in DESIGN_OR_FILE]
        inherited = {k: v for k, v in self.inherited.items() if k not in left_out}
        found = {**inherited, **self.own}
        if isinstance(self.own.get("set", {}), dict):
            found["set"] = {**self.inherited.get("set", {}), **self.own.get("set", {})}
        return found

    @property
    def line(self) -> int:
        """The line at which it begins."""
        return self.file.table(self.name, self.number)

    def fail(self, key: str | None, what: str, value: object = None) -> BadFileError:
        """The error to raise for a key of the table, or for all of it."""
        if key is None or key not in self.own:
            return self.file.fail(self.line, what)
        return self.file.fail(self.file.key(self.name, self.number, key, value), what)

    def checked(self) -> dict[str, Any]:
        """The table's values, each known to be of its kind."""
        for key, value in self.own.items():
            if key not in self.accepted:
                raise self.fail(key, f"unknown key {key}: {near(key, list(self.accepted))}")
            if DESIGN_OR_FILE.get(key) in self.own:
                raise self.fail(key, "design and file exclude each other")
            if key in NAMES:
                self._check_names(key, value)
            elif key == "set":
                self._check_set(value)
            elif key == "depth" and not _whole(value, MAX_DEPTH):
                raise self.fail(key, f"depth: expected a whole number from 1 to {MAX_DEPTH}")
            elif key == "expect" and self.name != "bound" and not self._is_verdict(value):
                raise self.fail(
                    key, f'expect: expected "{self.holds}" or the depth of a {self.run}'
                )
            elif key in SENTENCES and not _is_sentence(value):
                raise self.fail(key, f"{key}: expected a sentence")
        return self.values

    def at(self, parameter: str, text: str) -> "CellTable":
        """The same table with a value for one more parameter."""
        given = {**self.own.get("set", {}), parameter: text}
        return replace(self, own={**self.own, "set": given})

    def about(self, prop: str) -> "CellTable":
        """The same table with a property."""
        return replace(self, own={**self.own, "property": prop})

    def cells(self) -> Iterator[Cell]:
        """The cells that the table names: every combination of its hosts, designs and properties."""
        self.check_there(*NAMES)
        hosts, designs, properties = (self.names(key) for key in ("host", "design", "property"))
        given = {name: str(value) for name, value in self.values["set"].items()}
        for host, design, prop in product(hosts, designs, properties):
            try:
                settings = self.content.resolve(design, prop, given)
            except UsageError as error:
                raise self.fail("set", str(error)) from None
            yield Cell(design, host, prop, settings)

    def check_there(self, *keys: str) -> None:
        """Raise `BadFileError` where the table has no value for one of the keys."""
        for key in keys:
            if key not in self.values and DESIGN_OR_FILE.get(key) not in self.values:
                raise self.fail(None, f"{key} is missing")

    def is_own(self, cell: Cell) -> bool:
        """Whether the verdict of a cell is stated in the table, and not in the property's file."""
        content = self.content
        changed = content.changed(cell.design, cell.property, cell.settings)
        no_table = not content.properties[cell.property].expected
        return bool(changed) or no_table or content.own_of(cell.design) is not None

    def expected(self, cell: Cell, *, complete: bool) -> str | None:
        """The verdict expected of one of its cells, stated once and in the right place.

        ``complete``: it is a mistake where none is stated.
        """
        content, stated = self.content, self.own.get("expect")
        changed = content.changed(cell.design, cell.property, cell.settings)
        place = f"{cell.design} {cell.host} {cell.property}"
        if self.is_own(cell):
            if stated is None and complete:
                texts = "".join(f" {k}={v}" for k, v in changed.items())
                raise self.fail(None, f"{place}{texts}: expect is missing")
            return None if stated is None else str(stated)
        where = f"the table of {file_of(content, cell.property)}"
        if stated is not None:
            raise self.fail(
                "expect", f"{place} has default parameters: {where} says what to expect"
            )
        found = verdict_of_table(content, cell)
        if found is None and complete:
            raise self.fail(None, f"{place}: {where} has no verdict")
        return found

    def _is_verdict(self, value: Any) -> bool:
        return value == self.holds or _whole(value, MAX_DEPTH)

    def _check_names(self, key: str, value: Any) -> None:
        names = each(value)
        if not names or not all(isinstance(name, str) for name in names):
            raise self.fail(key, f'{key}: expected a name, a list of names or "{ALL}"')
        known = self._known(key)
        for name in names:
            if not self._fitting(key, name) and value != ALL:
                raise self.fail(key, f"unknown {key} {name}: {near(name, known)}", name)

    def _check_set(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise self.fail("set", 'set: expected a table such as { name = "value" }')
        for name, given in value.items():
            if isinstance(given, bool) or not isinstance(given, (str, int)):
                raise self.fail("set", f"set: {name}: expected a text or a whole number")

    def names(self, key: str) -> list[str]:
        """The names that the value of a key stands for, each once; for a design, those of its files."""
        values = self.values
        if key == "design" and "file" in values:
            return [design for name in each(values["file"]) for design in self.files[name]]
        if values[key] == ALL:
            return self._known(key)
        named = each(values[key])
        return list(dict.fromkeys(x for name in named for x in self._fitting(key, name)))

    def _fitting(self, key: str, name: str) -> list[str]:
        """The names that a name or a pattern stands for; a property may bound the measure of another."""
        if key == "property" and name in self.content.properties:
            return [name]
        return fitting(name, self._known(key))

    def _known(self, key: str) -> list[str]:
        """The names that a key may have; designs in files are not among them."""
        model = self.content.model
        designs = [name for name in model.designs if self.content.own_of(name) is None]
        known = {"design": designs, "host": list(model.hosts)}
        return known.get(key, list(self.content.properties))


def fitting(name: str, known: Sequence[str]) -> list[str]:
    """The known names that a name, or a pattern, stands for."""
    if name in known:
        return [name]
    if not any(sign in name for sign in PATTERN):
        return []
    return [each for each in known if fnmatchcase(each, name)]


def each(value: Any) -> list[Any]:
    """The members of a list; a single value is the only member of one."""
    return value if isinstance(value, list) else [value]


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_sentence(value: Any) -> bool:
    """Whether a value is a text, on one line or several, that a terminal can show."""
    words = value.split() if isinstance(value, str) else []
    return bool(words) and all(word.isprintable() for word in words)
