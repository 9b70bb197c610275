"""Each vCPU's TSC goes on where it was, or where it would have been without the pause."""

from questions.recipes.properties.property import (
    EXCLUDE,
    INCLUDE,
    MS,
    Parameters,
    RecipeProperty,
    Seen,
    number,
    within,
)
from vtsc.language import s64


def claim(seen: Seen, parameters: Parameters) -> bool:
    """From p to q the TSC has advanced by the time between, or by nothing, within x, and never gone back."""
    limit = number(parameters, "x")
    for v in seen.ran:
        advance = seen.advance("tsc", v)
        if advance < 0:
            return False
        passed = s64(seen.note(f"q.time.{v}") - seen.note(f"p.time.{v}"))
        if not within(s64(advance - passed) if parameters["pause"] == INCLUDE else advance, limit):
            return False
    return True


PROPERTY = RecipeProperty(
    "tsc_continuous",
    "the guest's TSC goes on where it was, the pause included or excluded",
    claim,
    {"x": 1000 * MS, "pause": EXCLUDE},
    "the guest's TSC goes back, or jumps",
)
