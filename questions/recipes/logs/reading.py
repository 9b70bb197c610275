"""Reads a log of either kind: a recorder's, or the text of strace."""

from pathlib import Path

from questions.recipes.logs.event import Log
from questions.recipes.logs.recorded import read_recorded
from questions.recipes.logs.traced import read_traced
from vtsc.base.errors import BadFileError


def read_log(path: Path, shown: str) -> Log:
    """The log at ``path``, called ``shown`` in messages; its first character tells its kind."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFileError(f"{shown}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadFileError(f"{shown}: not UTF-8") from None
    reader = read_recorded if text.lstrip()[:1] in ("{", "[") else read_traced
    return reader(shown, text)
