"""A timer that was armed fires once, not before its deadline, and not much later."""

from functools import partial
from typing import Any

from questions.recipes.properties.property import (
    SECOND,
    Parameters,
    RecipeProperty,
    Seen,
    for_all,
    number,
)
from vtsc.language import s64


def claim(seen: Seen, parameters: Parameters) -> Any:
    """For each vCPU with an armed deadline at p there is one interrupt, at most L after the deadline."""
    return for_all(seen.ran, partial(_fires, seen, number(parameters, "L")))


def _fires(seen: Seen, limit: int, v: int) -> bool:
    """Whether a vCPU's timer, if it was armed, fires once and in time."""
    if not seen.at("p", "armed", v):
        return True
    posted, armed = seen.at("q", "irr", v), seen.at("q", "armed", v)
    if posted and armed:
        return False
    if not posted and not armed:
        return False
    left = seen.at("q", "left", v) if armed else 0
    past = s64(seen.at("q", "tsc", v) - seen.at("p", "deadline", v))
    late = s64(seen.ns(past) + left)
    return bool(late >= 0) and bool(late <= limit)


PROPERTY = RecipeProperty(
    "timers",
    "an armed timer fires once, not before its deadline and at most the limit after it",
    claim,
    {"L": SECOND},
    "a timer is lost, early, late, or fires twice",
)
