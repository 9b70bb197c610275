"""All vCPUs have the same TSC offset when the first of them runs."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen


def claim(seen: Seen, parameters: Parameters) -> bool:
    """At the first run of any vCPU, the offsets of all that exist are equal, parked ones included.

    Offsets that are equal by chance are not: two writes of which neither matched may give the same offset to
    the cycle, but no VMM can keep its delays to the nanosecond. So all must belong to one generation,
    too.
    """
    first, *others = seen.world.created
    for v in others:
        if seen.note(f"first.generation.{v}") != seen.note(f"first.generation.{first}"):
            return False
        if seen.note(f"first.offset.{v}") != seen.note(f"first.offset.{first}"):
            return False
    return True


PROPERTY = RecipeProperty(
    "offsets_equal",
    "all vCPUs have the same TSC offset when the first of them runs",
    claim,
    failing="the TSCs of two vCPUs differ",
)
