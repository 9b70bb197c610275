"""What a step lets somebody observe, as numbers: the basis on which two designs are compared.

An observation is an object with numbers and truth values in its attributes, such as the value that was read.
All numbers are seen, mod 2^64. A truth value is seen where the observation's text depends on it; one that
does not show there only says how the observation came about.
"""

from copy import copy
from typing import Any
from zlib import crc32

from vtsc.base.errors import BadFileError
from vtsc.language.actions import Step
from vtsc.language.claims import Monitor
from vtsc.language.state import Record, counter

OBSERVING, SEEN = "observing", "seen"
"""The name of the monitor, and that of its ghost."""
MOST = 8
"""The greatest number of numbers that an observation may have."""


class Seen(Record):
    """The latest observation: which kind it is of, and its numbers."""

    kind: int = counter("", "the kind of the observation")
    number0: int = counter("", "its numbers, in order")
    number1: int = counter("", "its numbers, in order")
    number2: int = counter("", "its numbers, in order")
    number3: int = counter("", "its numbers, in order")
    number4: int = counter("", "its numbers, in order")
    number5: int = counter("", "its numbers, in order")
    number6: int = counter("", "its numbers, in order")
    number7: int = counter("", "its numbers, in order")


FIELDS = tuple(f"{OBSERVING}.{SEEN}.{name}" for name in Seen.fields)
"""The fields of the ghost by their full names, the kind first."""


def seen(observed: Any) -> dict[str, Any]:
    """What is seen of an observation, by attribute; symbolic where it was made in exploring."""
    if _is_truth(observed):
        return {"value": 1 if observed else 0}
    if _is_number(observed):
        return {"value": observed}
    held = vars(observed) if hasattr(observed, "__dict__") else {}
    found = {name: value for name, value in held.items() if _is_number(value)}
    flags = [name for name, value in held.items() if _is_truth(value)]
    shown = [name for name in flags if _shows(observed, name, [*found], flags)]
    return found | {name: 1 if held[name] else 0 for name in shown}


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or hasattr(value, "counted"))


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or hasattr(value, "condition")


def _shows(observed: Any, name: str, counts: list[str], flags: list[str]) -> bool:
    """Whether the text of an observation like this one depends on a truth value of it."""
    texts = set()
    for value in (False, True):
        sample = copy(observed)
        plain = dict(zip(counts, range(1, len(counts) + 1), strict=True))
        for own, stored in {**plain, **dict.fromkeys(flags, False), name: value}.items():
            object.__setattr__(sample, own, stored)
        texts.add(str(sample.told(None)))
    return len(texts) > 1


class Observing(Monitor):
    """Reached by each step that lets somebody observe something, which it keeps in a ghost."""

    name = OBSERVING
    claim = "something is observed"

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The latest observation."""
        return {SEEN: Seen()}

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step lets somebody observe something."""
        if step.observed is None:
            return False
        latest, found = ghosts[SEEN], list(seen(step.observed).values())
        if len(found) > MOST:
            raise BadFileError(
                f"an observation has {len(found)} numbers: at most {MOST} are compared"
            )
        latest.kind = crc32(type(step.observed).__name__.encode())
        for place in range(MOST):
            setattr(latest, f"number{place}", found[place] if place < len(found) else 0)
        return True
