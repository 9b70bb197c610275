"""All vCPUs have the same TSC offset when the first of them runs."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen


def claim(seen: Seen, parameters: Parameters) -> bool:
    """At the first run of any vCPU, the offsets of all that exist are equal, parked ones included."""
    created = seen.world.created
    for v in created[1:]:
        if seen.note(f"first.offset.{v}") != seen.note(f"first.offset.{created[0]}"):
            return False
    return True


PROPERTY = RecipeProperty(
    "offsets_equal",
    "all vCPUs have the same TSC offset when the first of them runs",
    claim,
    failing="the TSCs of two vCPUs differ",
)
