"""A cache of the lemmas that proved each cell last time; they are proved again before they count."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from vtsc import __version__
from vtsc.base.cache import keep, recalled
from vtsc.content.case import Case

Key = tuple[str, str]
"""A lemma's owner and name."""


@dataclass(frozen=True)
class Hint:
    """The lemmas that each property of a case needed, and those that "never" needed."""

    proofs: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    never: tuple[Key, ...] = ()

    def lemmas(self) -> set[Key]:
        """All lemmas of the hint."""
        return {k for keys in (*self.proofs.values(), self.never) for k in keys}


@dataclass(frozen=True)
class Like:
    """What the proof of a cell took; it is tried first where settings are close to those of that cell."""

    lemmas: tuple[Key, ...]
    costly: str = ""
    """The reason why the proof is for its own sizes only, if that is what exploring others costs."""


def _name(case: Case, properties: Sequence[str]) -> str:
    """The name under which the hint of a case is kept, by the digest of all that a proof depends on."""
    content = case.content
    parts = [__version__, content.digest_of(case.design), content.claimed]
    parts += [case.design, case.host]
    parts += [json.dumps(case.settings.texts()), *properties]
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    return f"{name}.json"


def load_hint(case: Case, properties: Sequence[str]) -> Hint | None:
    """The hint that was kept for the properties of a case; None if there is none, or it cannot be read."""
    kept = recalled(_name(case, properties))
    try:
        proofs = {name: _keys(keys) for name, keys in kept["proofs"].items()}
        return Hint(proofs, _keys(kept["never"]))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _keys(source: list[list[str]]) -> tuple[Key, ...]:
    return tuple((str(owner), str(name)) for owner, name in source)


def save_hint(case: Case, properties: Sequence[str], hint: Hint) -> None:
    """Keep a hint; where it cannot be written, nothing is kept."""
    keep(_name(case, properties), {"proofs": hint.proofs, "never": hint.never})
