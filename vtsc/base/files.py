"""Files: written whole or not at all."""

import os
import tempfile
from contextlib import suppress
from errno import EACCES, ENOTDIR
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.signals import signals_wait


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` by way of a temporary file; raises `UsageError` if it cannot.

    A device or a pipe at ``path`` is written to and not replaced. Where ``path`` is a link, the file that it
    leads to is replaced.
    """
    temporary = None
    try:
        if _is_special(path):
            with suppress(BrokenPipeError):  # nobody reads it any more
                path.write_text(text, encoding="utf-8")
            return
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        with signals_wait():
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    finally:  # also after Ctrl-C
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def check_writable(path: Path) -> None:
    """Raise `UsageError` early where ``path`` could not be written later; nothing is made."""
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder")
    if not _is_special(path):
        _check(path.resolve().parent, path)


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


def _is_special(path: Path) -> bool:
    """Whether there is something that is neither a file nor a folder."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
