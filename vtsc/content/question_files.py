"""The files that a table of a manifest names, for a command of the content whose questions stand in files."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vtsc.base.spelling import near
from vtsc.content.cell_tables import ALL, CellTable, each, fitting
from vtsc.content.content import Content

KEYS = ("name", "file")
"""The keys of such a table: names or patterns of files in the command's folder, and paths of other files."""


class Named(NamedTuple):
    """A file, its path as reports show it, and the text in the manifest that names it."""

    path: Path
    shown: str
    asked: str


def named_files(
    content: Content, table: CellTable, folder: str, suffix: str, what: str
) -> Iterator[Named]:
    """The files that a table names; raises `BadFileError` for one that is not there.

    ``folder`` has the command's own files, below the root, and ``what`` says what such a file is.
    """
    values = table.checked()
    if not {*KEYS} & values.keys():
        raise table.fail(None, "name is missing")
    known = {path.stem: path for path in sorted((content.root / folder).glob(f"*{suffix}"))}
    named = values.get("name", [])
    chosen: dict[str, None] = {}
    for name in [*known] if named == ALL else each(named):
        names = fitting(str(name), [*known])
        if not names:
            raise table.fail("name", f"no {what} {name}: {near(str(name), [*known])}", name)
        chosen |= dict.fromkeys(names)
    for name in chosen:
        yield Named(known[name], f"{folder}/{name}{suffix}", name)
    for name in each(values.get("file", [])):
        path = table.file.path.parent / str(name)
        if path.suffix != suffix or not path.is_file():
            raise table.fail("file", f"file: there is no {what} {path}", name)
        yield Named(path, str(path), str(name))
