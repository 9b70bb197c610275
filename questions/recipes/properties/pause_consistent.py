"""The TSC, kvmclock and the reference time all include the pause, or all exclude it."""

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
    """From p to q, the clocks of each vCPU have advanced alike, within x."""
    limit = number(parameters, "x")
    for v in seen.ran:
        tsc = seen.advance("tsc", v)
        if not within(s64(tsc - seen.advance("clock", v)), limit):
            return False
        if not within(s64(tsc - seen.advance("reference", v) * HUNDRED), limit + HUNDRED):
            return False
    return True


PROPERTY = RecipeProperty(
    "pause_consistent",
    "TSC, kvmclock and reference time all include the pause, or all exclude it",
    claim,
    {"x": 200 * MS},
    "one of the guest's clocks counts the pause and another does not",
)
