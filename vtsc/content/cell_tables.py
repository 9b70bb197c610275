"""Tables of a TOML file that name cells: design, host, property and parameters, with the verdict expected.

``design``, ``host`` and ``property`` are a name, a list of names, or "all"; ``set`` gives parameters,
``depth`` is the depth of the search, and ``expect`` is "holds" or the depth of the counterexample. Cells with
default parameters have their verdict in the property's table, and no ``expect``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
NAMES = ("design", "host", "property")
CELLS = (*NAMES, "set")
"""The keys that say which cells a table is about."""


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

    @property
    def values(self) -> dict[str, Any]:
        """The table's values with those that it inherits."""
        found = {**self.inherited, **self.own}
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
            if key in NAMES:
                self._check_names(key, value)
            elif key == "set":
                self._check_set(value)
            elif key == "depth" and not _whole(value, MAX_DEPTH):
                raise self.fail(key, f"depth: expected a whole number from 1 to {MAX_DEPTH}")
            elif key == "expect" and value != self.holds and not _whole(value, MAX_DEPTH):
                raise self.fail(
                    key, f'expect: expected "{self.holds}" or the depth of a {self.run}'
                )
        return self.values

    def at(self, parameter: str, text: str) -> "CellTable":
        """The same table with a value for one more parameter."""
        given = {**self.own.get("set", {}), parameter: text}
        return replace(self, own={**self.own, "set": given})

    def cells(self) -> Iterator[Cell]:
        """The cells that the table names: every combination of its hosts, designs and properties."""
        for key in NAMES:
            if key not in self.values:
                raise self.fail(None, f"{key} is missing")
        hosts, designs, properties = (self._names(key) for key in ("host", "design", "property"))
        given = {name: str(value) for name, value in self.values["set"].items()}
        for host, design, prop in product(hosts, designs, properties):
            try:
                settings = self.content.resolve(design, prop, given)
            except UsageError as error:
                raise self.fail("set", str(error)) from None
            yield Cell(design, host, prop, settings)

    def expected(self, cell: Cell, *, complete: bool) -> str | None:
        """The verdict expected of one of its cells, stated once and in the right place.

        ``complete``: it is a mistake where none is stated.
        """
        content, stated = self.content, self.own.get("expect")
        changed = content.changed(cell.design, cell.property, cell.settings)
        place = f"{cell.design} {cell.host} {cell.property}"
        if changed:
            if stated is None and complete:
                texts = " ".join(f"{k}={v}" for k, v in changed.items())
                raise self.fail(None, f"{place} {texts}: expect is missing")
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

    def _check_names(self, key: str, value: Any) -> None:
        names = each(value)
        if not names or not all(isinstance(name, str) for name in names):
            raise self.fail(key, f'{key}: expected a name, a list of names or "{ALL}"')
        known = self._known(key)
        for name in names:
            if name not in known and value != ALL:
                raise self.fail(key, f"unknown {key} {name}: {near(name, known)}", name)

    def _check_set(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise self.fail("set", 'set: expected a table such as { name = "value" }')
        for name, given in value.items():
            if isinstance(given, bool) or not isinstance(given, (str, int)):
                raise self.fail("set", f"set: {name}: expected a text or a whole number")

    def _names(self, key: str) -> list[str]:
        value = self.values[key]
        return self._known(key) if value == ALL else each(value)

    def _known(self, key: str) -> list[str]:
        """The names that a key may have."""
        model = self.content.model
        known = {"design": model.designs, "host": model.hosts}
        return list(known.get(key, self.content.properties))


def each(value: Any) -> list[Any]:
    """The members of a list; a single value is the only member of one."""
    return value if isinstance(value, list) else [value]


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
