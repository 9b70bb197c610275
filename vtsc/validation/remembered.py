"""What was validated before, by content: rules as code and functions as source.

An entry is a small file below the user's cache. It is named after all that a validation depends on, and holds
what the validation saw. A folder that cannot be read or written means that nothing is remembered.
"""

import hashlib
from collections.abc import Iterable

from vtsc.base.cache import keep
from vtsc.base.cache import recalled as kept_under
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
    kept = kept_under(_place(name))
    try:
        hits = {str(n): (str(where), int(depth)) for n, (where, depth) in kept["hits"].items()}
        return Validated(int(kept["steps"]), int(kept["rules"]), int(kept["unseen"]), hits)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def remember(name: str, validated: Validated) -> None:
    """Keep what a validation saw, if it can be kept."""
    saw = {
        "steps": validated.steps,
        "rules": validated.rules,
        "unseen": validated.unseen,
        "hits": validated.hits,
    }
    keep(_place(name), saw)


def _place(name: str) -> str:
    return f"validated/{name}"
