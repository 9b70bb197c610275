"""The verdicts that are expected of cells, and the tables in which the properties' files state them."""

import re
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise, zip_longest
from pathlib import Path

from vtsc.base.errors import BadFileError
from vtsc.content.cells import Cell
from vtsc.content.content import Content

HOLDS = "holds"
NONE = "."

Table = dict[tuple[str, str], str]
"""Verdicts by design and host: ``holds``, or the depth of the counterexample."""


def verdict_of_table(content: Content, cell: Cell) -> str | None:
    """The verdict that the property's file expects of a cell; None where its parameters are no defaults."""
    prop = content.properties[cell.property]
    if not prop.expected or content.changed(cell.design, cell.property, cell.settings):
        return None
    return verdict_table(prop.expected, cell.property).get((cell.design, cell.host))


def expected_verdict(
    content: Content, cell: Cell, listed: Callable[[], Mapping[Cell, str]]
) -> str | None:
    """The verdict expected of a cell, if any.

    ``listed`` gives those that checks.toml states, which are read only for a cell that is in no table.
    """
    return verdict_of_table(content, cell) or listed().get(cell)


def file_of(content: Content, name: str) -> str:
    """The file that states a property, below the root."""
    module = sys.modules[type(content.properties[name]).__module__]
    return content.relative(str(Path(module.__file__ or "").resolve()))


def verdict_table(text: str, name: str = "") -> Table:
    """A table of verdicts: a header of hosts, then a design and its verdicts a line.

    ``holds`` stays as it is, a number is the depth of the counterexample, ``.`` is none.
    """
    lines = [line.split() for line in text.strip().splitlines()]
    hosts = lines[0][1:]
    found = {}
    for design, *verdicts in lines[1:]:
        if len(verdicts) != len(hosts):
            raise _bad(name, f"{design} has {len(verdicts)}, not {len(hosts)}")
        for host, verdict in zip(hosts, verdicts, strict=True):
            if verdict not in (HOLDS, NONE) and not verdict.isdecimal():
                raise _bad(name, f"{design} has {verdict!r}")
            if verdict != NONE:
                found[design, host] = verdict
    return found


def changed_table(text: str, new: Mapping[tuple[str, str], str]) -> str:
    """A table with ``new`` verdicts of some designs and hosts; the layout stays, rows are added as needed."""
    lines = text.strip("\n").splitlines() or ["design"]
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    rows = [line.split() for line in lines if line.strip()]
    hosts = rows[0][1:]
    table = {row[0]: dict(zip(hosts, row[1:], strict=True)) for row in rows[1:]}
    hosts += [host for _, host in new if host not in hosts]
    for (design, host), verdict in new.items():
        table.setdefault(design, {})[host] = verdict
    filled = [[rows[0][0], *hosts]]
    filled += [[d, *(own.get(host, NONE) for host in hosts)] for d, own in table.items()]
    starts = [match.start() for match in re.finditer(r"\S+", lines[0])]
    before = [after - start - 2 for start, after in pairwise(starts)]
    needed = (max(len(row[i]) for row in filled) for i in range(len(filled[0])))
    widths = [max(pair) for pair in zip_longest(needed, before, fillvalue=0)]
    padded = (zip(row, widths, strict=True) for row in filled)
    return "\n".join(indent + "  ".join(x.ljust(w) for x, w in row).rstrip() for row in padded)


def _bad(name: str, what: str) -> BadFileError:
    return BadFileError(f"expected verdicts{f' of {name}' if name else ''}: {what}")
