"""Remembers which contents have passed the syntax check, by all that it depends on."""

import hashlib
import os
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole

PACKAGES = ("model", "properties")
HERE = Path(__file__).parent


def ensure(root: Path) -> None:
    """Check the content below ``root`` unless the very same one has passed; raises `BadFileError`."""
    place = _place(root)
    if place is not None and place.is_file():
        return
    from vtsc.content.syntax import check  # which hardly any command needs

    check(root)
    if place is not None and not place.exists():
        try:
            write_whole(place, "passed\n")
        except UsageError:
            return  # it will be checked again


def _place(root: Path) -> Path | None:
    """Where it is noted that a content has passed; None where there is no such place."""
    sha = hashlib.sha256()
    rules = (HERE / "syntax.py", *sorted((HERE / "reading").glob("*.py")))
    language = sorted((HERE.parent / "language").glob("*.py"))
    content = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    for path in (*rules, *language, *content):
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
