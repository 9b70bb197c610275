"""Remembers validations by a digest of all that they depend on: rules as code and functions as source.

An entry is a small file below the user's cache. It is named after the digest, and holds the results of the
validation. Where the folder cannot be read or written, nothing is remembered.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from vtsc.base.cache import keep_sealed, recalled_sealed
from vtsc.language.actions import Call
from vtsc.native.witness import Witness
from vtsc.validation.ruled import Ruled
from vtsc.validation.validate import Hit, Validated

VERSION = 2
"""To be increased whenever a validation checks more than before."""


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
    """The validation that is remembered under a digest; None where there is none."""
    kept = recalled_sealed(_place(name))
    try:
        hits = {str(name): _hit(hit) for name, hit in kept["hits"].items()}
        return Validated(int(kept["steps"]), int(kept["rules"]), int(kept["unseen"]), hits)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def remember(name: str, validated: Validated) -> None:
    """Keep the results of a validation with a checksum, if the folder can be written."""
    saw = {
        "steps": validated.steps,
        "rules": validated.rules,
        "unseen": validated.unseen,
        "hits": {name: _kept(hit) for name, hit in validated.hits.items()},
    }
    keep_sealed(_place(name), saw)


def _kept(hit: Hit) -> dict[str, Any]:
    run = hit.run
    steps = [[c.name, c.args, i] for c, i in zip(run.calls, run.inputs, strict=True)]
    return {"where": hit.where, "initial": run.initial, "steps": steps}


def _hit(kept: dict[str, Any]) -> Hit:
    steps = kept["steps"]
    calls = tuple(Call(str(name), tuple(args)) for name, args, _ in steps)
    run = Witness(calls, tuple(dict(inputs) for *_, inputs in steps), dict(kept["initial"]))
    return Hit(str(kept["where"]), run)


def _place(name: str) -> str:
    return f"validated/{name}"
