"""Remembers which contents have passed the syntax check, by all that it depends on, and what was read off."""

import hashlib
import json
import os
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole
from vtsc.content.reading.uses import Use

PACKAGES = ("model", "properties")
HERE = Path(__file__).parent


def ensure(root: Path, design: Path | None = None) -> tuple[Use, ...]:
    """Check the content below ``root`` unless the very same one has passed; raises `BadFileError`.

    It gives the uses of numbers that were read off. ``design``: a file with a design of its own, which is
    checked as one below the root is.
    """
    place = _place(root, design)
    kept = _recalled(place)
    if kept is not None:
        return kept
    from vtsc.content.syntax import check, numbers_used  # which hardly any command needs

    check(root, design)
    found = numbers_used(root, design)
    if place is not None and (place.is_file() or not place.exists()):
        text = json.dumps([[use.owners, use.place, use.what] for use in found])
        try:
            write_whole(place, text + "\n")
        except UsageError:
            return found  # it will be checked again
    return found


def _recalled(place: Path | None) -> tuple[Use, ...] | None:
    """The uses that are noted of a content that has passed; None where nothing is."""
    try:
        if place is None or not place.is_file():
            return None
        kept = json.loads(place.read_text(encoding="utf-8"))
        return tuple(Use(tuple(map(str, o)), str(at), str(what)) for o, at, what in kept)
    except (OSError, ValueError, TypeError):
        return None


def _place(root: Path, design: Path | None) -> Path | None:
    """Where it is noted that a content has passed; None where there is no such place."""
    sha = hashlib.sha256()
    rules = (HERE / "syntax.py", *sorted((HERE / "reading").glob("*.py")))
    language = sorted((HERE.parent / "language").glob("*.py"))
    content = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    own = () if design is None else (design,)
    for path in (*rules, *language, *content, *own):
        shown = path.relative_to(root) if path.is_relative_to(root) else path.name
        try:
            sha.update(str(shown).encode() + b"\0" + path.read_bytes() + b"\0")
        except OSError:
            return None
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(home) / "vtsc" / f"{sha.hexdigest()[:32]}.checked"
    except RuntimeError:  # nobody's home
        return None
