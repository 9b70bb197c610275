"""Remembers which contents have passed the syntax check, their digests, and the uses of numbers in them."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from vtsc.base.cache import is_kept, keep, keep_sealed, recalled, recalled_sealed
from vtsc.content.digest import digest, texts
from vtsc.content.reading.sources import Sources
from vtsc.content.reading.uses import Use

Numbers = Callable[[], tuple[Use, ...]]
"""Finds the uses of instances' numbers in a content."""
PACKAGES = ("model", "properties")
HERE = Path(__file__).parent


def ensure(root: Path, design: Path | None = None) -> Numbers:
    """Check the content below ``root`` unless the same content has passed before; raises `BadFileError`.

    ``design``: a file with a design of its own, which is checked as one below the root is. Returns what finds
    the uses of instances' numbers; for that, a content that was read here is not read once more.
    """
    name = _name(root, design)
    if name is not None and is_kept(name):
        return partial(numbers_of, root, design)
    from vtsc.content.syntax import (  # which hardly any command needs
        check_sources,
        files,
        numbers_in,
    )

    sources = Sources([*files(root, design)])
    found = check_sources(sources)
    if name is not None:
        keep(name, "passed")
    return partial(_numbers, name, partial(numbers_in, sources, found))


def digests(root: Path) -> dict[str, str]:
    """The digest of each package below ``root``, remembered for the bytes of all their files."""
    sha = hashlib.sha256((HERE / "digest.py").read_bytes())
    sha.update(texts(root, PACKAGES).encode())
    name = f"{sha.hexdigest()[:32]}.digests"
    kept = recalled_sealed(name)
    if isinstance(kept, dict) and kept.keys() == {*PACKAGES}:
        return {package: str(found) for package, found in kept.items()}
    found = {package: digest(root, package) for package in PACKAGES}
    keep_sealed(name, found)
    return found


def numbers_of(root: Path, design: Path | None = None) -> tuple[Use, ...]:
    """The uses of instances' numbers in a content that was checked."""

    def read() -> tuple[Use, ...]:
        from vtsc.content.syntax import numbers_used

        return numbers_used(root, design)

    return _numbers(_name(root, design), read)


def _numbers(name: str | None, read: Numbers) -> tuple[Use, ...]:
    """The uses that are remembered under the name of a content, or else those that are found in it now."""
    kept = None if name is None else _uses(recalled(f"{name}.numbers", always=True))
    if kept is not None:
        return kept
    found = read()
    if name is not None:
        keep(f"{name}.numbers", [[use.owners, use.place, use.what] for use in found])
    return found


def _uses(kept: Any) -> tuple[Use, ...] | None:
    """The uses that are remembered of a content; None where there is no valid entry."""
    try:
        return tuple(Use(tuple(map(str, o)), str(at), str(what)) for o, at, what in kept)
    except (ValueError, TypeError):
        return None


def _name(root: Path, design: Path | None) -> str | None:
    """The name of the entry for a content that has passed; None where its files cannot be read."""
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
    return f"{sha.hexdigest()[:32]}.checked"
