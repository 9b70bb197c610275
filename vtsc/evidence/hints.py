"""The cache of proofs: which lemmas showed a cell last time. A hit is only a hint; all is checked again."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vtsc import __version__
from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole
from vtsc.content.cells import Cell
from vtsc.content.content import Content

Key = tuple[str, str]
"""A lemma's owner and name."""


@dataclass(frozen=True)
class Hint:
    """The lemmas that each property of a group needed, and those that "never" needed."""

    proofs: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    never: tuple[Key, ...] = ()

    def lemmas(self) -> set[Key]:
        """All of them."""
        return {k for keys in (*self.proofs.values(), self.never) for k in keys}


def _place(content: Content, cells: Sequence[Cell]) -> Path:
    """Where the hint of a group is kept: the name is the digest of all that a proof depends on."""
    sha = hashlib.sha256()
    for path in sorted((content.root / "properties").rglob("*.py")):
        sha.update(path.read_bytes())
    first = cells[0]
    parts = [__version__, content.digest, sha.hexdigest(), first.design, first.host]
    parts += [json.dumps(first.settings.texts()), *(c.property for c in cells)]
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vtsc" / f"{name}.json"


def load_hint(content: Content, cells: Sequence[Cell]) -> Hint | None:
    """What was kept for a group; None if nothing was, or it cannot be read."""
    try:
        kept = json.loads(_place(content, cells).read_text(encoding="utf-8"))
        proofs = {name: _keys(keys) for name, keys in kept["proofs"].items()}
        return Hint(proofs, _keys(kept["never"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _keys(source: list[list[str]]) -> tuple[Key, ...]:
    return tuple((str(owner), str(name)) for owner, name in source)


def save_hint(content: Content, cells: Sequence[Cell], hint: Hint) -> None:
    """Keep what was found; where that cannot be written, nothing is kept."""
    kept = {"proofs": hint.proofs, "never": hint.never}
    try:
        write_whole(_place(content, cells), json.dumps(kept) + "\n")
    except UsageError:
        return
