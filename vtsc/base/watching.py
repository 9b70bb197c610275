"""Notices when a file gets another content: by looking, since one file is cheap to look at.

Looking works on every file system and for every way in which editors save, also where they put a new file
in the place of the old one.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

PAUSE = 0.1
"""Seconds between two looks. A file that is being written is read once it stays as it is for so long."""

Looks = tuple[int, ...] | None
"""The size, the times and the place of a file; None where there is none."""


def contents(path: Path, wait: Callable[[float], object] = time.sleep) -> Iterator[bytes | None]:
    """The content of a file, then every other content that it gets; None while there is no such file.

    ``wait`` is called between two looks with the seconds to wait.
    """
    seen = _looks(path)
    content = _content(path)
    yield content
    while True:
        wait(PAUSE)
        now = _looks(path)
        if now == seen:
            continue
        while now != seen:
            seen = now
            wait(PAUSE)
            now = _looks(path)
        latest = _content(path)
        if latest != content:
            content = latest
            yield content


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
