"""The last lines of a report: every verdict on a line that grep finds, unwanted ones marked."""

from collections.abc import Sequence

from vtsc.base.errors import Exit
from vtsc.content.expected import HOLDS
from vtsc.deciding.verdict import Result, Status


def summary(results: Sequence[Result], statuses: Sequence[Exit]) -> str:
    """A line a cell, then one for all."""
    lines = []
    for result, status in zip(results, statuses, strict=True):
        cell = result.cell
        line = f"{cell.design} {cell.host} {cell.property}: {result.text} by {result.engine}"
        if status is not Exit.OK:
            line += f" [{status.name.lower()}]"
        found = str(result.depth) if result.status is Status.VIOLATED else HOLDS
        if result.recorded not in (None, found) and status is not Exit.OK:
            line += f" recorded: {result.recorded}"
        lines.append(f"{line}: {result.reason}" if result.reason else line)
    fine = sum(status is Exit.OK for status in statuses)
    lines.append(f"{fine} of {len(results)} verdicts as wanted")
    return "\n".join(lines) + "\n"
