"""A timer that was armed fires once, not before its deadline, and not much later."""

from questions.recipes.properties.property import (
    SECOND,
    Parameters,
    RecipeProperty,
    Seen,
    number,
)
from vtsc.language import s64


def claim(seen: Seen, parameters: Parameters) -> bool:
    """For each vCPU with an armed deadline at p there is one interrupt, at most L after the deadline."""
    limit = number(parameters, "L")
    return all(not (seen.at("p", "armed", v) and not _once(seen, v, limit)) for v in seen.ran)


def _once(seen: Seen, v: int, limit: int) -> bool:
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
    "an armed timer fires once, not before its deadline and at most L after it",
    claim,
    {"L": SECOND},
    "a timer is lost, early, late, or fires twice",
)
