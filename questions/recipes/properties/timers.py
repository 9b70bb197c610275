"""A timer that was armed fires once, not before its time, and not much later."""

from functools import partial
from typing import Any

from model.today.timers import HUNDRED
from questions.recipes.properties.property import (
    SECOND,
    Parameters,
    RecipeProperty,
    Seen,
    for_all,
    for_some,
    number,
)
from vtsc.language import both, s64


def claim(seen: Seen, parameters: Parameters) -> Any:
    """For each vCPU with an armed deadline at p there is one interrupt, at most L after the deadline.

    The same holds of Hyper-V timers, by the reference time that the guest has counted when it arms them.
    """
    limit = number(parameters, "L")
    deadlines = for_all(seen.ran, partial(_fires, seen, limit))
    return both(deadlines, for_all(seen.world.stimers, partial(_in_time, seen, limit)))


def _in_time(seen: Seen, limit: int, step: int) -> bool:
    """Whether the Hyper-V timer that a step arms fires in time; it may be early by the unit it counts in."""
    late = s64(seen.note(f"stimer.late.{step}"))
    return bool(late >= -HUNDRED) and bool(late <= limit)


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


def _is_armed(seen: Seen, parameters: Parameters) -> Any:
    """Whether a timer is armed when the guest is stopped, or a Hyper-V timer by the guest."""
    return bool(seen.world.stimers) or for_some(seen.ran, lambda v: bool(seen.at("p", "armed", v)))


PROPERTY = RecipeProperty(
    "timers",
    "an armed timer fires once, not before its deadline and at most the limit after it",
    claim,
    {"L": SECOND},
    "a timer is lost, early, late, or fires twice",
    _is_armed,
    "no timer is armed when its vCPU is stopped, in any run",
)
