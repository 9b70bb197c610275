"""Every TSC that user space writes is the one that the guest reads."""

from questions.recipes.properties.property import (
    MS,
    Parameters,
    RecipeProperty,
    Seen,
    number,
    within,
)


def claim(seen: Seen, parameters: Parameters) -> bool:
    """After each write the guest reads the value written, within x."""
    limit = number(parameters, "x")
    return all(
        within(seen.ns(seen.note(f"error.{write.number}")), limit) for write in seen.world.writes
    )


PROPERTY = RecipeProperty(
    "write_lands",
    "every TSC that is written is what the guest then reads",
    claim,
    {"x": 200 * MS},
    "the kernel replaces the value by that of an earlier write",
    lambda seen, parameters: bool(seen.world.writes),
    "no step writes a TSC",
)
