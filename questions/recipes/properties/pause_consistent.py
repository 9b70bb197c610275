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
    """From p to q, the clocks of each vCPU that the guest uses have advanced alike, within x."""
    limit, guest = number(parameters, "x"), seen.script.guest
    for v in seen.ran:
        tsc = seen.advance("tsc", v)
        if guest.kvmclock and not within(s64(tsc - seen.advance("clock", v)), limit):
            return False
        counted = seen.advance("reference", v) * HUNDRED if guest.reference else tsc
        if not within(s64(tsc - counted), limit + HUNDRED):
            return False
    return True


def _has_a_clock(seen: Seen, parameters: Parameters) -> bool:
    """Whether the guest runs after it was stopped, and has a clock beside the TSC."""
    return bool(seen.ran) and (seen.script.guest.kvmclock or seen.script.guest.reference)


PROPERTY = RecipeProperty(
    "pause_consistent",
    "TSC, kvmclock and reference time all include the pause, or all exclude it",
    claim,
    {"x": 200 * MS},
    "one of the guest's clocks counts the pause and another does not",
    _has_a_clock,
    "the guest uses neither kvmclock nor the reference time, or no vCPU runs after it was stopped",
)
