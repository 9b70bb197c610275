"""The last lines of a report: every verdict on a line of its own, for grep, with unwanted ones marked."""

from collections.abc import Sequence

from vtsc.content.expected import HOLDS
from vtsc.deciding.verdict import Judged, Status


def summary(verdicts: Sequence[Judged]) -> str:
    """A line for each cell, then one for all of them."""
    lines = [_line(judged) for judged in verdicts]
    fine = sum(judged.wanted for judged in verdicts)
    lines.append(f"{fine} of {len(verdicts)} verdicts as wanted")
    return "\n".join(lines) + "\n"


def _line(judged: Judged) -> str:
    result, cell = judged.result, judged.result.cell
    line = f"{cell.design} {cell.host} {cell.property}: {result.text} by {result.engine}"
    if not judged.wanted:
        line += f" [{judged.status.name.lower()}]"
    found = str(result.depth) if result.status is Status.VIOLATED else HOLDS
    if judged.expected not in (None, found) and not judged.wanted:
        line += f" expected: {judged.expected}"
    return f"{line}: {result.reason}" if result.reason else line
