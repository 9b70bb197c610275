"""TOML with line numbers: where a table of a file begins, and where a key or a value of it stands."""

import re
import tomllib
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError

PIECE = re.compile(
    r"""
      \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'
    | \#[^\n]*
    | (?P<opening> [\[{] )
    | (?P<closing> [\]}] )
    | (?P<end> \n )
    """,
    re.VERBOSE | re.DOTALL,
)
"""What tells where lists and texts of a TOML file end: its texts, comments, brackets and ends of lines."""


class TomlFile:
    """A TOML file that has been read, and the lines of what is in it."""

    def __init__(self, path: Path, shown: str) -> None:
        """Read ``path``, called ``shown`` in messages; raises `BadFileError` where it is not TOML."""
        self.path = path
        self.shown = shown
        try:
            self.text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise BadFileError(f"{shown}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise BadFileError(f"{shown}:{line}: not UTF-8") from None
        self._lines = self.text.splitlines()
        self._tables: dict[tuple[str, bool], list[int]] = {}
        try:
            self.document: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self._unreadable(str(error)) from None

    def _unreadable(self, what: str) -> BadFileError:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", what)
        line = int(place.group(1)) if place and place.group(1) else max(len(self._lines), 1)
        return self.fail(line, re.sub(r" \(at [^()]*\)$", "", what))

    def fail(self, line: int, what: str) -> BadFileError:
        """The error to raise for a line, of which ``what`` says what is wrong."""
        return BadFileError(f"{self.shown}:{line}: {what}")

    def table(self, name: str, number: int | None = None) -> int:
        """The line at which a table begins; ``number``: which one of an array of tables, from 0."""
        found = self._headers(name, array=number is not None)
        if (number or 0) < len(found):
            return found[number or 0]
        return self._first(re.compile(_key(name) + r"\s*[.=]"), 1, len(self._lines)) or 1

    def key(self, name: str, number: int | None, key: str, value: object = None) -> int:
        """The line of a key of a table, or the line below it where one of its texts is ``value``.

        Where it stands nowhere by itself, as in an inline table, it is the line at which the table begins.
        """
        begin = self.table(name, number)
        end = self._end(name, begin)
        found = self._first(re.compile(_key(key) + r"\s*[.=]"), begin, end)
        found = found or self._first(re.compile(rf"\s*\[\s*{name}\s*\.\s*{key}\s*\]"), begin, end)
        if found is None:
            return begin
        if value is not None:
            quoted = re.compile(rf".*[\"']{re.escape(str(value))}[\"']")
            following = self._first(re.compile(r"\s*[\w\"'.-]+\s*=|\s*\["), found + 1, end)
            last = following - 1 if following else end
            inside = (n for n in range(found, last + 1) if quoted.match(self._lines[n - 1]))
            return next(inside, found)
        return found

    def top(self, key: str) -> int:
        """The line of a key or table at the top level."""
        anything = re.compile(rf"[\s\[]*[\"']?{re.escape(key)}[\"']?\s*[].=]")
        return self._first(anything, 1, len(self._lines)) or 1

    def _headers(self, name: str, *, array: bool) -> list[int]:
        if (name, array) not in self._tables:
            left, right = (r"\[\[", r"\]\]") if array else (r"\[", r"\]")
            header = re.compile(rf"\s*{left}\s*[\"']?{re.escape(name)}[\"']?\s*{right}")
            matching = (n for n, line in enumerate(self._lines, 1) if header.match(line))
            self._tables[name, array] = [n for n in matching if n in self._beginnings]
        return self._tables[name, array]

    def _end(self, name: str, begin: int) -> int:
        """The last line of the table that begins at a line, its own sub-tables included."""
        other = re.compile(rf"\s*\[(?!\s*{re.escape(name)}\s*\.)")
        following = self._first(other, begin + 1, len(self._lines))
        return following - 1 if following else len(self._lines)

    def _first(self, pattern: re.Pattern[str], begin: int, end: int) -> int | None:
        lines = range(begin, end + 1)
        matching = (n for n in lines if n in self._beginnings and pattern.match(self._lines[n - 1]))
        return next(matching, None)

    @cached_property
    def _beginnings(self) -> set[int]:
        """The lines in which something begins, so no text or list that begins above goes on there."""
        lengths = map(len, self.text.splitlines(keepends=True))
        lines = {start: n for n, start in enumerate(accumulate(lengths, initial=0), 1)}
        found, depth = {1}, 0
        for piece in PIECE.finditer(self.text):
            depth += (piece.lastgroup == "opening") - (piece.lastgroup == "closing")
            if piece.lastgroup == "end" and not depth:
                found.add(lines[piece.end()])
        return found


def _key(name: str) -> str:
    """A pattern for a key at the beginning of a line, quoted or not."""
    return rf"\s*[\"']?{re.escape(name)}[\"']?"
