"""What a report is about, one entry each: cells, decided or skipped, and questions."""

from collections.abc import Iterator
from dataclasses import dataclass

from vtsc.base.errors import Exit
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.questions import Answered
from vtsc.deciding.verdict import Judged, Result, Status
from vtsc.report import Report
from vtsc.report.cause import told
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.story import short_story


@dataclass(frozen=True)
class Entry:
    """One of them."""

    group: str
    """The design and the host, or the kind of question."""
    name: str
    found: str
    """The verdict or answer; empty where it is skipped."""
    expected: str | None
    status: Exit
    because: str = ""
    reason: str = ""
    """Why the verdict is no better, what is violated instead, or why it is skipped."""
    story: str = ""
    """Where a violation happens, in short."""
    judged: Judged | None = None
    answered: Answered | None = None
    skipped: bool = False

    @property
    def wanted(self) -> bool:
        """Whether it is as expected."""
        return self.status is Exit.OK

    @property
    def line(self) -> str:
        """The verdict in a line, without the name."""
        parts = [self.found, self.story]
        if not self.wanted:
            parts.append(f"[{self.status.name.lower()}] expected: {self.expected or 'holds'}")
        line = " ".join(part for part in parts if part)
        return f"{line}; {self.reason}" if self.reason else line


def entries(given: Report) -> Iterator[Entry]:
    """All entries of a report, in its order."""
    for judged in given.verdicts:
        yield of_cell(given.content, judged)
    if given.gate is not None:
        for check in given.gate.skipped:
            group, name = names(given.content, check.cell)
            yield Entry(group, name, "", check.expected, Exit.OK, reason=check.skip, skipped=True)
        for answered in given.gate.answered:
            yield of_question(answered)


def names(content: Content, cell: Cell) -> tuple[str, str]:
    """The group and the name of a cell: its property, with the parameters that are not the defaults."""
    own = content.changed(cell.design, cell.property, cell.settings)
    name = " ".join([cell.property, *(f"{k}={v}" for k, v in own.items())])
    return f"{cell.design} {cell.host}", name


def of_cell(content: Content, judged: Judged) -> Entry:
    """The entry of a cell that was decided."""
    result = judged.result
    group, name = names(content, result.cell)
    story = ""
    if result.trace is not None and result.run is not None:
        story = short_story(told(content, result.trace, result.run))
    reason = "; ".join(part for part in (result.reason, judged.instead) if part)
    return Entry(
        group,
        name,
        result.text,
        judged.expected,
        judged.status,
        judged.because,
        reason,
        story,
        judged,
    )


def of_question(answered: Answered) -> Entry:
    """The entry of any other question."""
    question, answer = answered.question, answered.answer
    return Entry(
        question.kind,
        question.name,
        answer.found,
        question.expected,
        answer.status,
        question.because,
        "" if answered.wanted else answer.reason,
        answered=answered,
    )


def in_full(content: Content, entry: Entry) -> str:
    """The text of a counterexample, or of an answer; empty where there is none."""
    if entry.answered is not None:
        return entry.answered.answer.told
    result = None if entry.judged is None else entry.judged.result
    return "" if result is None else _run(content, result)


def _run(content: Content, result: Result) -> str:
    if result.status is not Status.VIOLATED or result.trace is None or result.run is None:
        return ""
    return counterexample(content, result.trace, result.run, result.searched, doubt=result.doubt)
