"""The cause of a violation as data: the step that is blamed for it, and the line that acted there.

Formats for programs take it from here, so that all of them say the same.
"""

from dataclasses import asdict, dataclass
from typing import Any

from vtsc.content.content import Content
from vtsc.native.interpreter import Run
from vtsc.report.text.story import culprit, taken_before


@dataclass(frozen=True)
class Cause:
    """The step (from 1) that is to blame, its action, and the line that acted in it, where one did."""

    step: int
    action: str
    file: str | None
    """The path below the root, or the user's name for the file of a design of its own."""
    line: int | None
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """The cause as the documents have it."""
        return asdict(self)


def cause(content: Content, run: Run) -> Cause | None:
    """The cause of the violation at the end of a run; None where no step before it is to blame."""
    found = culprit(content, run, taken_before(run))
    if found is None:
        return None
    file, line = None, None
    if found.line is not None:
        file, _, number = found.line.rpartition(":")
        line = int(number)
    told = f"{found.action} in step {found.step}"
    sentence = told if found.line is None else f"{told}, {found.line}"
    return Cause(found.step, found.action, file, line, sentence)
