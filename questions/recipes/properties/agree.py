"""The TSC and kvmclock have advanced alike."""

from questions.recipes.properties.property import (
    MS,
    NO_KVMCLOCK,
    Parameters,
    RecipeProperty,
    Seen,
    number,
    uses_kvmclock,
    within,
)
from vtsc.language import s64


def claim(seen: Seen, parameters: Parameters) -> bool:
    """From p to q, the TSC and kvmclock have advanced by the same within x."""
    limit = number(parameters, "x")
    return all(
        within(s64(seen.advance("tsc", v) - seen.advance("clock", v)), limit) for v in seen.ran
    )


PROPERTY = RecipeProperty(
    "agree",
    "the TSC and kvmclock advance by the same from before to after",
    claim,
    {"x": 10 * MS},
    "a guest that changes its clock source sees time jump",
    uses_kvmclock,
    NO_KVMCLOCK,
)
