"""Hyper-V's reference time and the TSC advance alike."""

from questions.recipes.properties.property import (
    MS,
    Parameters,
    RecipeProperty,
    Seen,
    number,
    within,
)
from vtsc.language import s64

HUNDRED = 100


def claim(seen: Seen, parameters: Parameters) -> bool:
    """From p to q, the reference time and the TSC of vCPU 0 have advanced by the same within x."""
    limit = number(parameters, "x")
    if 0 not in seen.ran:
        return True
    apart = s64(seen.advance("tsc", 0) - seen.advance("reference", 0) * HUNDRED)
    return bool(within(apart, limit))


PROPERTY = RecipeProperty(
    "ref_agrees",
    "Hyper-V's reference time and the TSC advance by the same",
    claim,
    {"x": 50 * MS},
    "a guest arms its timers by one clock, and the host counts another",
    lambda seen, parameters: seen.script.guest.reference and 0 in seen.ran,
    "guest.reference is false, or v0 does not run after it was stopped",
)
