"""Changing the verdicts that a manifest states, with its comments and layout kept."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from math import prod
from typing import Any

from vtsc.base.errors import UsageError
from vtsc.content.cell_tables import NAMES
from vtsc.content.cells import Cell
from vtsc.content.expected import HOLDS
from vtsc.content.manifest import Check


def edited(
    text: str,
    checks: Sequence[Check],
    found: Mapping[Cell, str],
    files: Mapping[str, str] | None = None,
) -> str:
    """The text of a manifest with the verdicts ``found`` of some of its cells.

    ``files``: the value of ``file`` that stands for a design in a file of its own. A ``[[check]]`` whose
    cells no longer have one verdict in common is split into one for each verdict. Raises `UsageError` where
    the library for it is not installed.
    """
    try:
        import tomlkit
    except ImportError:
        raise UsageError("--write needs tomlkit: pip install 'vtsc[update]'") from None
    document = tomlkit.parse(text)
    tables: Any = document["check"]
    for number in sorted({c.table for c in checks if c.cell in found}, reverse=True):
        own = [c for c in checks if c.table == number]
        verdicts = {c.cell: found.get(c.cell, c.expected) for c in own}
        if len(set(verdicts.values())) == 1:
            tables[number]["expect"] = _value(verdicts[own[0].cell])
        else:
            _split(tables, number, [c.cell for c in own], verdicts, files or {})
    return tomlkit.dumps(document)


def _value(verdict: str | None) -> Any:
    return verdict if verdict == HOLDS else int(verdict or 0)


def _split(
    tables: Any,
    number: int,
    cells: Sequence[Cell],
    verdicts: Mapping[Cell, str | None],
    files: Mapping[str, str],
) -> None:
    """Make a table for each verdict if its cells are all combinations of some names, else for each cell."""
    groups: dict[str | None, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(verdicts[cell], []).append(cell)
    pieces = []
    for verdict, group in groups.items():
        parts = [group] if _is_product(group) else [[cell] for cell in group]
        pieces += [(part, verdict) for part in parts]
    copies = [deepcopy(tables[number]) for _ in pieces[1:]]
    for place, copy in enumerate(copies, number + 1):
        tables.insert(place, copy)
    for place, (part, verdict) in enumerate(pieces, number):
        for key, names in _keys(part, files).items():
            tables[place][key] = names[0] if len(names) == 1 else names
        tables[place]["expect"] = _value(verdict)


def _keys(cells: Sequence[Cell], files: Mapping[str, str]) -> dict[str, list[str]]:
    """The keys that name cells in a table, with their values."""
    found = _names(cells)
    if not files.keys() & set(found["design"]):
        return found
    return {"file": [files[x] for x in found["design"]], **{k: found[k] for k in NAMES[1:]}}


def _names(cells: Sequence[Cell]) -> dict[str, list[str]]:
    """The designs, hosts and properties of cells, each once."""
    return {key: list(dict.fromkeys(getattr(cell, key) for cell in cells)) for key in NAMES}


def _is_product(cells: Sequence[Cell]) -> bool:
    return prod(len(names) for names in _names(cells).values()) == len(cells)
