"""Work and results as bytes: a content is named and not copied, and its files are found wherever it is.

A content cannot be pickled: it is made of modules. In its place the bytes name it, and whoever reads them has
loaded it. Paths of its files, in work or results, are written as paths below its root, since the root is
another folder on another machine; the same holds for files with designs of their own.
"""

import io
import pickle
from pathlib import Path, PurePath
from typing import Any

from vtsc.content.content import Content

CONTENT, BELOW, OWN = "content", "below", "own"


class _Writer(pickle.Pickler):
    """Writes values that belong to one content."""

    def __init__(self, file: io.BytesIO, content: Content | None) -> None:
        super().__init__(file, protocol=5)
        self.content = content

    def persistent_id(self, value: Any) -> Any:
        """The name that stands for a value; None where the value itself is written."""
        if isinstance(value, Content):
            if self.content is None:
                self.content = value
            if value is not self.content:
                raise ValueError("a piece of work with two contents")
            return (CONTENT,)
        if self.content is None or not isinstance(value, str | PurePath):
            return None
        return self._path(self.content, type(value) is str, str(value))

    def _path(self, content: Content, is_text: bool, value: str) -> Any:
        for number, own in enumerate(content.files):
            if value == str(own.path):
                return (OWN, is_text, number)
        root = str(content.root)
        if not value.startswith(root):
            return None
        if value[len(root) : len(root) + 1] not in ("", "/"):
            return None
        return (BELOW, is_text, value[len(root) :])


class _Reader(pickle.Unpickler):
    """Reads values that belong to a content."""

    def __init__(self, file: io.BytesIO, content: Content) -> None:
        super().__init__(file)
        self._content = content

    def persistent_load(self, name: Any) -> Any:
        """The value that a name stands for."""
        content = self._content
        if name[0] == CONTENT:
            return content
        if name[0] == BELOW:
            path = f"{content.root}{name[2]}"
        else:
            path = str(content.files[name[2]].path)
        return path if name[1] else Path(path)


def written(value: Any, content: Content | None = None) -> tuple[bytes, Content | None]:
    """A value as bytes, and the content that it belongs to: the given one, or the one that is found in it."""
    file = io.BytesIO()
    writer = _Writer(file, content)
    writer.dump(value)
    return file.getvalue(), writer.content


def read(data: bytes, content: Content) -> Any:
    """The value that was written, for the content as it is loaded here."""
    return _Reader(io.BytesIO(data), content).load()
