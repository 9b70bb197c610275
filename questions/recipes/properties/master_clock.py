"""The master clock is in use whenever the guest runs."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen


def claim(seen: Seen, parameters: Parameters) -> bool:
    """Each entry finds the master clock in use, or takes it into use."""
    return all(seen.noted("master").values())


PROPERTY = RecipeProperty(
    "master_clock",
    "the master clock is in use whenever the guest runs",
    claim,
    failing="the guest's kvmclock is not stable, and a guest reads it by a system call",
)
