"""Remembers which contents have passed the syntax check, by all that it depends on."""

import hashlib
import os
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole

PACKAGES = ("model", "properties")
HERE = Path(__file__).parent


def ensure(root: Path, design: Path | None = None) -> None:
    """Check the content below ``root`` unless the very same one has passed; raises `BadFileError`.

    ``design``: a file with a design of its own, which is checked as one below the root is.
    """
    place = _place(root, design)
    if place is not None and place.is_file():
        return
    from vtsc.content.syntax import check  # which hardly any command needs

    check(root, design)
    if place is not None and not place.exists():
        try:
            write_whole(place, "passed\n")
        except UsageError:
            return  # it will be checked again


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
