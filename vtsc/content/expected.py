"""The verdicts that a property's file expects, design by design and host by host."""

from vtsc.base.errors import BadFileError
from vtsc.content.cells import Cell
from vtsc.content.content import Content


def recorded_verdict(content: Content, cell: Cell) -> str | None:
    """The verdict that the property's file records for a cell, if any."""
    prop = content.properties[cell.property]
    for setting, table in prop.recorded.items():
        given = dict(item.split("=", 1) for item in setting.split())
        verdicts = verdict_table(table)
        if (cell.design, cell.host) not in verdicts:
            continue
        if content.resolve(cell.design, cell.property, given) == cell.settings:
            return verdicts[cell.design, cell.host]
    return None


HOLDS = "holds"


def verdict_table(text: str) -> dict[tuple[str, str], str]:
    """A table of verdicts: a header of hosts, then a design and its verdicts a line.

    ``holds`` stays as it is, a number is the depth of the counterexample, ``.`` is none.
    """
    lines = [line.split() for line in text.strip().splitlines()]
    hosts = lines[0][1:]
    found = {}
    for design, *verdicts in lines[1:]:
        if len(verdicts) != len(hosts):
            raise BadFileError(f"recorded verdicts: {design} has {len(verdicts)}, not {len(hosts)}")
        for host, verdict in zip(hosts, verdicts, strict=True):
            if verdict != HOLDS and verdict != "." and not verdict.isdigit():
                raise BadFileError(f"recorded verdicts: {design} has {verdict!r}")
            if verdict != ".":
                found[design, host] = verdict
    return found
