"""Notices when a file, or one that it rests on, gets another content: by looking, since that is cheap.

Looking works on every file system and for every way in which editors save, also where they put a new file
in the place of the old one.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.1
"""Seconds between two looks. A file that is being written is read once it stays as it is for so long."""

Looks = tuple[int, ...] | None
"""The size, the times and the place of a file; None where there is none."""
Files = Callable[[], Iterable[Path]]
"""Gives the files that another one rests on."""


def contents(
    path: Path, wait: Callable[[float], object] = time.sleep, beside: Files = tuple
) -> Iterator[bytes | None]:
    """The content of a file, and again whenever it, or a file of ``beside``, gets another content.

    None stands for no such file. ``wait`` is called between two looks with the seconds to wait.
    """
    seen = _all(_looks, path, beside)
    content = _all(_content, path, beside)
    yield content[path]
    while True:
        wait(PAUSE)
        now = _all(_looks, path, beside)
        if now == seen:
            continue
        while now != seen:
            seen = now
            wait(PAUSE)
            now = _all(_looks, path, beside)
        latest = _all(_content, path, beside)
        if latest != content:
            content = latest
            yield content[path]


def _all(look: Callable[[Path], T], path: Path, beside: Files) -> dict[Path, T]:
    """What a look at each file shows."""
    return {each: look(each) for each in (path, *beside())}


def _looks(path: Path) -> Looks:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
