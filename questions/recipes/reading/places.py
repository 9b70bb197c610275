"""Where the keys of a recipe stand, and the texts of its lists; in a variant's own table, or above it."""

import re
from collections.abc import Sequence

from vtsc.base.toml_lines import TomlFile


class Places:
    """The lines of one variant of a file. ``own``: the variant's number, and the keys that it has itself."""

    def __init__(self, file: TomlFile, own: tuple[int, frozenset[str]] | None) -> None:
        self.file = file
        self._own = own
        self._lines = file.text.splitlines()

    def key(self, key: str, inner: str = "", innermost: str = "") -> int:
        """The line of a key, of a key of its table, or of one of a table in that; the nearest one found."""
        line = self._top(key)
        for name in (inner, innermost):
            line = self._below(line, key, name) if name else line
        return line

    def items(self, key: str, texts: Sequence[str]) -> list[int]:
        """The line of each text of a list."""
        line, found = self._top(key), []
        column = 0
        for text in texts:
            line, column = self._text(text, line, column)
            found.append(line)
        return found

    def _top(self, key: str) -> int:
        if self._own is not None and key in self._own[1]:
            number = self._own[0]
            line = self.file.key("variant", number, key)
            begin = self.file.table("variant", number)
            return (
                line if line != begin else self._header(rf"variant\s*\.\s*{re.escape(key)}", begin)
            )
        return self.file.top(key)

    def _header(self, name: str, begin: int) -> int:
        """The first line from ``begin`` on with a header of that name, or with one below it."""
        pattern = re.compile(rf"\s*\[\s*{name}\s*[\].]")
        lines = range(begin, len(self._lines) + 1)
        return next((n for n in lines if pattern.match(self._lines[n - 1])), begin)

    def _below(self, begin: int, key: str, name: str) -> int:
        """The line, from that of a table on, at which a name of it stands: as a key, or in a header."""
        quoted = rf"[\"']?{re.escape(name)}[\"']?"
        as_key = re.compile(rf"(?:^|.*[\s{{,.]){quoted}\s*[.=]")
        as_header = re.compile(rf"\s*\[.*\b{re.escape(key)}\s*\.\s*(?:.*\.\s*)?{quoted}\s*[\].]")
        for number in range(begin, len(self._lines) + 1):
            line = self._lines[number - 1]
            header = line.lstrip().startswith("[")
            if header and as_header.match(line):
                return number
            if header and number > begin and not re.match(rf"\s*\[.*\b{re.escape(key)}\b", line):
                break
            if not header and as_key.match(line):
                return number
        return begin

    def _text(self, text: str, line: int, column: int) -> tuple[int, int]:
        """The line of a text, and the column after it, from a place on."""
        for number in range(line, len(self._lines) + 1):
            begin = column if number == line else 0
            place = self._lines[number - 1].find(text, begin)
            if place >= 0:
                return number, place + len(text)
        return line, column
