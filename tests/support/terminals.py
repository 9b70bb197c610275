"""A terminal of a chosen width in place of standard output, and texts without their layout."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from vtsc.cli import main
from vtsc.report.text.wrapping import COLOUR


class Terminal(io.StringIO):
    """Standard output that says that it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> Iterator[Terminal]:
    """A terminal with so many columns, which keeps what is printed on it."""
    with monkeypatch.context() as patch:
        screen = Terminal()
        patch.setenv("COLUMNS", str(columns))
        patch.setattr(sys, "stdout", screen)
        yield screen


def shown(monkeypatch: pytest.MonkeyPatch, columns: int, *arguments: str) -> str:
    """What a command prints on a terminal with so many columns, without the colours."""
    with terminal(monkeypatch, columns) as screen:
        main(list(arguments))
        return COLOUR.sub("", screen.getvalue())


def words(text: str) -> set[str]:
    """The words of a text, without underlines, and without the backslashes between lines of a command."""
    return {word for word in text.split() if word != "\\" and word.strip("=-+|")}


def too_wide(text: str, columns: int) -> list[str]:
    """The lines wider than that, but for those that are one word, which is never broken."""
    return [x for x in text.splitlines() if len(x) > columns and len(x.strip(" \\").split()) > 1]
