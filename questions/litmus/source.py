"""The lines of a litmus file, and the error that names one of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vtsc.base.errors import BadFileError


@dataclass(frozen=True)
class Source:
    """The lines of a file that is called ``shown`` in messages."""

    shown: str
    lines: tuple[str, ...]

    def wrong(self, line: int, what: str) -> BadFileError:
        """The error that says what is wrong in a line; line 0 is the file as a whole."""
        place = f"{self.shown}:{line}" if line else self.shown
        return BadFileError(f"{place}: {what}")

    def numbered(self, first: int) -> Iterator[tuple[int, str]]:
        """The lines from that number on, with their numbers."""
        yield from enumerate(self.lines[first - 1 :], first)

    @staticmethod
    def code(line: str) -> str:
        """A line without its comment."""
        return re.split(r"(?:^|\s)#", line, maxsplit=1)[0].rstrip()
