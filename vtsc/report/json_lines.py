"""Verdicts as JSON Lines, of the schema vtsc.events/1: an object on each line, as things happen.

The lines of cells stand in the manifest's order, whatever is decided first: each line is written once those
before it are. So the same input gives the same bytes on any number of processes. Nothing in a line depends on
the time that something took.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from vtsc.base.errors import Exit, worst
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.questions import Answered, BoundQuestion, Question
from vtsc.deciding.verdict import Judged
from vtsc.report import Report
from vtsc.report.document import head

SCHEMA = "vtsc.events/1"
Name = dict[str, Any]


def report(given: Report) -> str:
    """All lines at once."""
    lines: list[str] = []
    asked: list[Name] = [of_cell(v.result.cell) for v in given.verdicts]
    answered = [] if given.gate is None else given.gate.answered
    asked += [of_question(each.question) for each in answered]
    live = Live(given.content, asked, lines.append)
    for judged in given.verdicts:
        live.finish(of_cell(judged.result.cell), verdict(judged))
    for each in answered:
        live.finish(of_question(each.question), answer(each))
    for check in () if given.gate is None else given.gate.skipped:
        live.skip(of_cell(check.cell), check.skip)
    live.end()
    return "".join(lines)


def of_cell(cell: Cell) -> Name:
    """What names a cell."""
    texts = cell.settings.texts()
    return {"design": cell.design, "host": cell.host, "property": cell.property, "params": texts}


def of_question(question: Question | BoundQuestion) -> Name:
    """What names another question."""
    return {"kind": question.kind, "name": question.name}


def verdict(judged: Judged) -> Name:
    """What is found of a cell."""
    result = judged.result
    return {
        "status": result.status.value,
        "depth": result.depth,
        "engine": result.engine,
        "expected": judged.expected,
        "because": judged.because or None,
        "wanted": judged.wanted,
        "exit": int(judged.status),
        "reason": result.reason,
    }


def answer(answered: Answered) -> Name:
    """What is found of another question."""
    question, found = answered.question, answered.answer
    return {
        "found": found.found,
        "expected": question.expected,
        "because": question.because or None,
        "wanted": answered.wanted,
        "exit": int(found.status),
        "reason": found.reason,
    }


class Live:
    """Writes a line when something begins or ends, once the lines before it are written."""

    def __init__(
        self, content: Content, asked: Sequence[Name], write: Callable[[str], object]
    ) -> None:
        self._asked = [*asked]
        self._keys = {_key(name): number for number, name in enumerate(self._asked)}
        self._write = write
        self._begun: set[int] = set()
        self._found: dict[int, Name] = {}
        self._next, self._started = 0, False
        self._statuses: list[Exit] = []
        self._line("begin", {**head(SCHEMA, content), "asked": len(self._asked)})

    def start(self, name: Name) -> None:
        """A process begins to decide it."""
        self._begun.add(self._keys[_key(name)])
        self._release()

    def finish(self, name: Name, found: Name) -> None:
        """It is decided."""
        self._found[self._keys[_key(name)]] = found
        self._release()

    def skip(self, name: Name, reason: str) -> None:
        """It is not decided."""
        self._line("skip", {**name, "reason": reason})

    def end(self) -> None:
        """All is decided."""
        fine = sum(status is Exit.OK for status in self._statuses)
        of_all = {"asked": len(self._asked), "wanted": fine, "exit": int(worst(self._statuses))}
        self._line("end", of_all)

    def _release(self) -> None:
        """Write the lines that are due."""
        while self._next < len(self._asked):
            number, name = self._next, self._asked[self._next]
            found = self._found.get(number)
            if not self._started and (number in self._begun or found is not None):
                self._started = True
                self._line("start", name)
            if found is None:
                return
            self._line("finish", {**name, **found})
            self._statuses.append(Exit(found["exit"]))
            self._next, self._started = number + 1, False

    def _line(self, event: str, rest: Name) -> None:
        self._write(json.dumps({"event": event, **rest}) + "\n")


def _key(name: Name) -> str:
    return json.dumps(name, sort_keys=True)
