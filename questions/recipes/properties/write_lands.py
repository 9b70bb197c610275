"""Every TSC that user space writes is the one that the guest reads."""

from questions.recipes.properties.property import (
    SECOND,
    Parameters,
    RecipeProperty,
    Seen,
    number,
    within,
)


def claim(seen: Seen, parameters: Parameters) -> bool:
    """After each write the guest reads the value written, within x."""
    limit = number(parameters, "x")
    for write in seen.world.writes:
        if not within(seen.note(f"error.{write.number}"), limit):
            return False
    return True


PROPERTY = RecipeProperty(
    "write_lands",
    "every TSC that is written is what the guest then reads",
    claim,
    {"x": SECOND},
    "the kernel replaces the value by that of an earlier write",
)
