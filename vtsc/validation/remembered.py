"""What was validated before, by content: rules as code and functions as source.

An entry is a small file below the user's cache. It is named after all that a validation depends on, and holds
what the validation saw. A folder that cannot be read or written means that nothing is remembered.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from vtsc.base.errors import UsageError
from vtsc.base.files import cache_folder, write_whole
from vtsc.validation.ruled import Ruled
from vtsc.validation.validate import Validated

VERSION = 1
"""To be raised whenever a validation looks at more than before."""


def digest(ruled: Ruled, functions: Iterable[str]) -> str:
    """The digest of a system's rules and of the functions that they were made of."""
    system = ruled.system
    sha = hashlib.sha256(str(VERSION).encode())
    ranges = (f"{name} {bounds}" for name, bounds in ruled.ranges.items())
    rules = (f"{r.call} {list(r.updates)} {list(r.targets)} {r.lines}" for r in system.rules)
    calls, targets = map(str, system.calls), system.targets
    for part in (*functions, *calls, *targets, *system.slots, *ranges, *rules, *ruled.sources()):
        sha.update(part.encode() + b"\0")
    return sha.hexdigest()[:32]


def recall(name: str) -> Validated | None:
    """What is remembered under a digest."""
    try:
        kept = json.loads(_place(name).read_text(encoding="utf-8"))
        hits = {str(n): (str(where), int(depth)) for n, (where, depth) in kept["hits"].items()}
        return Validated(int(kept["steps"]), int(kept["rules"]), int(kept["unseen"]), hits)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(name: str, validated: Validated) -> None:
    """Keep what a validation saw, if it can be kept."""
    kept = {
        "steps": validated.steps,
        "rules": validated.rules,
        "unseen": validated.unseen,
        "hits": validated.hits,
    }
    try:
        write_whole(_place(name), json.dumps(kept) + "\n")
    except (UsageError, OSError, RuntimeError):
        return


def _place(name: str) -> Path:
    return cache_folder() / "validated" / name
