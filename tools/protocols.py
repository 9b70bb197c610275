"""Writes docs/trapping.md: which protocols of the switch between trapping and passthrough keep what.

The protocols, and the questions asked of each, are data in tools/protocols.toml; the prose around the tables
is docs/trapping.in.md. Each cell of a table is decided as `vtsc verify` decides it.
"""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tools.main_job import ROOT
from vtsc.base.parallel import in_order
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.plan import decide
from vtsc.engines import Effort

LIST = ROOT / "tools" / "protocols.toml"
PAGE = ROOT / "docs/trapping.md"
PROSE = ROOT / "docs/trapping.in.md"
MARK = "<!-- tables -->"
"""Where the tables stand in the prose."""
Given = dict[str, str]


@dataclass(frozen=True)
class Row:
    """A protocol on a host in one column of a table: what is asked of it for each property."""

    protocol: str
    host: str
    column: str
    given: tuple[tuple[str, str], ...]
    properties: tuple[str, ...]
    """The properties that are asked; the others have a dash on the page."""


@dataclass(frozen=True)
class Table:
    """Questions about several protocols, of a design, for some properties."""

    title: str
    text: str
    design: str
    properties: tuple[str, ...]
    meanings: tuple[tuple[str, str], ...]
    """Each protocol's name and what it is."""
    rows: tuple[Row, ...]


def tables() -> tuple[int, list[Table]]:
    """The depth of the search, and the tables of the list."""
    data = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return data["depth"], [_table(entry) for entry in data["table"]]


def _table(entry: dict[str, Any]) -> Table:
    hosts = entry["host"] if isinstance(entry["host"], list) else [entry["host"]]
    properties = tuple(entry["properties"])
    rows = [
        Row(
            protocol["name"],
            host,
            column["name"],
            tuple(_given(entry["set"], column["set"], protocol["set"]).items()),
            tuple(protocol.get("ask", {}).get(column["name"] or host, properties)),
        )
        for protocol in entry["protocol"]
        for host in hosts
        for column in entry["columns"]
        if protocol.get("ask", {}).get(column["name"] or host, properties)
    ]
    meanings = tuple((p["name"], p["is"]) for p in entry["protocol"])
    return Table(
        entry["title"], entry["text"].strip(), entry["design"], properties, meanings, tuple(rows)
    )


def _given(*parts: dict[str, object]) -> Given:
    return {name: str(value) for part in parts for name, value in part.items()}


def case(content: Content, table: Table, row: Row) -> Case:
    """The case of a row, which has a cell for each property of its table."""
    settings = content.resolve(table.design, row.properties[0], dict(row.given))
    return Case(content, table.design, row.host, settings)


def verdicts(content: Content, table: Table, row: Row, depth: int) -> list[str]:
    """The verdicts of a row as reports spell them, with the reason where there is one."""
    # Each by itself: lemmas of one property may use up the budget of another.
    asked = ((prop, case(content, table, row)) for prop in row.properties)
    found = [r for prop, own in asked for r in decide(own, (prop,), depth, Effort.USUAL)]
    told = {r.cell.property: f"{r.text}: {r.reason}" if r.reason else r.text for r in found}
    return [told.get(prop, "-") for prop in table.properties]


def rendered(found: Sequence[tuple[Table, Sequence[tuple[Row, Sequence[str]]]]]) -> str:
    """The tables with their verdicts, as Markdown."""
    lines: list[str] = []
    for table, rows in found:
        lines += [f"### {table.title}", "", table.text, ""]
        lines += [f"- `{name}`: {meaning}" for name, meaning in table.meanings]
        lines += ["", *_grid(table, rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _grid(table: Table, rows: Sequence[tuple[Row, Sequence[str]]]) -> Iterator[str]:
    several = len({row.host for row, _ in rows}) > 1
    stepped = any(row.column for row, _ in rows)
    head = ["protocol", *(["host"] if several else []), *(["clock step"] if stepped else [])]
    yield "| " + " | ".join([*head, *(f"`{p}`" for p in table.properties)]) + " |"
    yield "|---" * (len(head) + len(table.properties)) + "|"
    for row, verdicts in rows:
        first = [row.protocol, *([row.host] if several else []), *([row.column] if stepped else [])]
        yield "| " + " | ".join([*first, *(v.partition(":")[0] for v in verdicts)]) + " |"
    open_ones = [
        f"- {row.protocol}, {row.column or row.host}, `{prop}`: {text.partition(': ')[2]}"
        for row, verdicts in rows
        for prop, text in zip(table.properties, verdicts, strict=True)
        if ": " in text
    ]
    if open_ones:
        yield from ("", "Cells without a proof:", "", *open_ones)


def main() -> None:
    """Decide all cells and write the page. An argument is the number of processes."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    content = load(str(ROOT))
    depth, listed = tables()
    asked = [(table, row) for table in listed for row in table.rows]

    def work(item: tuple[Table, Row]) -> list[str]:
        return verdicts(content, *item, depth)

    found: list[tuple[Table, list[tuple[Row, list[str]]]]] = [(table, []) for table in listed]
    for (table, row), decided in zip(asked, in_order(asked, work, jobs), strict=True):
        sys.stderr.write(f"{row.protocol}, {row.host} {row.column}: {', '.join(decided)}\n")
        next(rows for t, rows in found if t is table).append((row, decided))
    prose = PROSE.read_text(encoding="utf-8")
    PAGE.write_text(prose.replace(MARK, rendered(found).rstrip()), encoding="utf-8")


if __name__ == "__main__":
    main()
