"""A cache of small files in a folder of the user's, which are read and written if they can be.

Any of them may be lost at any time, and no error is reported: an entry that cannot be read counts as absent,
and one that cannot be written is not kept.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole


def cache_folder() -> Path | None:
    """``$XDG_CACHE_HOME/vtsc``, by default in ``~/.cache``; None for a user without a home."""
    given = os.environ.get("XDG_CACHE_HOME")
    if given:
        return Path(given) / "vtsc"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".cache" / "vtsc" if home.is_absolute() else None


class _State:
    """Whether this process reads what is kept."""

    forgetful = False


def forget() -> None:
    """From now on, let this process find nothing that spares it questions to a solver.

    It is meant for a process that does one piece of work, whose cost is to be the same each time. What it
    finds out is kept all the same.
    """
    _State.forgetful = True


def recalled(name: str, *, always: bool = False) -> Any:
    """The JSON value kept under a name, a path below the folder; None where none can be read.

    ``always``: also in a process that forgets, as the value spares no question.
    """
    path = None if _State.forgetful and not always else _place(name)
    if path is None:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, MemoryError):
        return None


def keep(name: str, value: Any) -> None:
    """Keep a JSON value under a name, if it can be kept."""
    path = _place(name)
    if path is None:
        return
    try:
        write_whole(path, json.dumps(value) + "\n")
    except (UsageError, OSError, RuntimeError):
        return


def keep_sealed(name: str, value: Any) -> None:
    """Keep a JSON value under a name together with a checksum of both, if it can be kept."""
    keep(name, {"seal": _seal(name, value), "kept": value})


def recalled_sealed(name: str) -> Any:
    """The JSON value kept with its checksum under this very name; None where none is whole."""
    found = recalled(name)
    if not isinstance(found, dict) or found.keys() != {"seal", "kept"}:
        return None
    try:
        return found["kept"] if found["seal"] == _seal(name, found["kept"]) else None
    except (ValueError, RecursionError, MemoryError):
        return None


def _seal(name: str, value: Any) -> str:
    return hashlib.sha256(json.dumps([name, value]).encode()).hexdigest()


def is_kept(name: str) -> bool:
    """Whether something is kept under a name."""
    path = _place(name)
    return path is not None and path.is_file()


def _place(name: str) -> Path | None:
    """The path under which a name is kept; None where it is not a file, as reading it might never end."""
    folder = cache_folder()
    if folder is None:
        return None
    path = folder / name
    try:
        return path if path.is_file() or not os.path.lexists(path) else None
    except (OSError, ValueError):
        return None
