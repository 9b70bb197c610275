"""Files: written whole or not at all."""

import os
import tempfile
from errno import ENOTDIR
from pathlib import Path

from vtsc.errors import UsageError


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` by way of a temporary file; raises `UsageError` if it cannot."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def check_writable(path: Path) -> None:
    """Raise `UsageError` early where ``path`` could not be written later; nothing is made."""
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder")
    _check(path.parent, path)


def check_folder(path: Path) -> None:
    """Raise `UsageError` early where files could not be put into the folder ``path``, existing or not."""
    _check(path, path)


def _check(folder: Path, wanted: Path) -> None:
    known = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    try:
        if not known.is_dir():
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
        with tempfile.NamedTemporaryFile(dir=known, prefix=".vtsc."):
            pass
    except OSError as error:
        raise UsageError(f"cannot write {wanted}: {known}: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
