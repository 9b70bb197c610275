"""What the recipe computes from KVM_GET_CLOCK was valid."""

from typing import Any

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen


def claim(seen: Seen, parameters: Parameters) -> Any:
    """Each realtime and host_tsc that is used comes from a reading whose flags say that it is there."""
    return seen.world.ghost.usable


PROPERTY = RecipeProperty(
    "clock_read_usable",
    "each realtime and host_tsc that is used was valid when it was read",
    claim,
    failing="the recipe computes with a 0 that the kernel did not mean",
    sometimes=lambda seen, parameters: seen.world.ghost.used,
    otherwise="no call uses a realtime or host_tsc that was read",
)
