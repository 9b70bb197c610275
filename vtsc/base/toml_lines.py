"""TOML with line numbers: where a table of a file begins, and where a key or a value of it stands."""

import re
import tomllib
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError


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
        self._whole: dict[int, bool] = {}
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
        left, right = (r"\[\[", r"\]\]") if array else (r"\[", r"\]")
        header = re.compile(rf"\s*{left}\s*[\"']?{re.escape(name)}[\"']?\s*{right}")
        lines = range(1, len(self._lines) + 1)
        return [n for n in lines if header.match(self._lines[n - 1]) and self._begins(n)]

    def _end(self, name: str, begin: int) -> int:
        """The last line of the table that begins at a line, its own sub-tables included."""
        other = re.compile(rf"\s*\[(?!\s*{re.escape(name)}\s*\.)")
        following = self._first(other, begin + 1, len(self._lines))
        return following - 1 if following else len(self._lines)

    def _first(self, pattern: re.Pattern[str], begin: int, end: int) -> int | None:
        lines = range(begin, end + 1)
        matching = (n for n in lines if pattern.match(self._lines[n - 1]) and self._begins(n))
        return next(matching, None)

    def _begins(self, line: int) -> bool:
        """Whether something begins in a line, so no text or list that begins above it goes on there."""
        if line not in self._whole:
            try:
                tomllib.loads("\n".join(self._lines[: line - 1]))
            except tomllib.TOMLDecodeError:
                self._whole[line] = False
            else:
                self._whole[line] = True
        return self._whole[line]


def _key(name: str) -> str:
    """A pattern for a key at the beginning of a line, quoted or not."""
    return rf"\s*[\"']?{re.escape(name)}[\"']?"
