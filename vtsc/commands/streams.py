"""Reports that are written while a gate's cells are decided."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from vtsc.base.errors import UsageError
from vtsc.content.cells import Cell
from vtsc.content.manifest import Check, Manifest
from vtsc.content.questions import Answered, BoundQuestion, Question
from vtsc.deciding.verdict import Judged, Result, status_of
from vtsc.report import LIVE
from vtsc.report.json_lines import Live, answer, of_cell, of_question, verdict
from vtsc.report.outputs import Output
from vtsc.report.screen import flush, say


class Streams:
    """The outputs of a manifest that are written line by line; each line is there once it is written."""

    def __init__(self, manifest: Manifest, outputs: Sequence[Output]) -> None:
        self._skipped = manifest.skipped
        self._checks: dict[Cell, Check] = {check.cell: check for check in manifest.checks}
        asked = [of_cell(check.cell) for check in manifest.checks]
        asked += [of_question(question) for question in manifest.questions]
        self._failed: UsageError | None = None
        self._files: list[TextIO] = []
        self._lives = [
            Live(manifest.content, asked, self._writer(each.file))
            for each in outputs
            if each.format in LIVE
        ]

    def left(self, outputs: Sequence[Output]) -> list[Output]:
        """The outputs that are still to be written."""
        return [each for each in outputs if each.format not in LIVE]

    def begun(self, cell: Cell) -> None:
        """A process begins to decide a cell."""
        for live in self._lives:
            live.start(of_cell(cell))

    def done(self, result: Result) -> None:
        """A cell is decided."""
        check = self._checks[result.cell]
        status = status_of(result, expected=check.expected, bounded=False)
        judged = Judged(result, check.expected, status, check.because)
        for live in self._lives:
            live.finish(of_cell(result.cell), verdict(judged))

    def question_begun(self, question: Question | BoundQuestion) -> None:
        """A process begins to answer a question."""
        for live in self._lives:
            live.start(of_question(question))

    def question_done(self, answered: Answered) -> None:
        """A question is answered."""
        for live in self._lives:
            live.finish(of_question(answered.question), answer(answered))

    def end(self) -> None:
        """All is decided; raises `UsageError` where a line could not be written."""
        for live in self._lives:
            for check in self._skipped:
                live.skip(of_cell(check.cell), check.skip)
            live.end()
        for file in self._files:
            with suppress(OSError):  # it was told when a line could not be written
                file.close()
        if self._failed is not None:
            raise self._failed

    def _writer(self, path: str | None) -> Callable[[str], None]:
        if path is None:
            return _say
        try:
            file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 (it is open until the end)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from None
        self._files.append(file)

        def write(line: str) -> None:
            if self._failed is not None:
                return
            try:
                file.write(line)
                file.flush()
            except OSError as error:  # the verdicts are worth more than these lines
                self._failed = UsageError(f"cannot write {path}: {error.strerror}")

        return write


def _say(line: str) -> None:
    say(line.rstrip("\n"))
    flush(sys.stdout)
