"""All vCPUs have the same TSC offset when the first of them runs."""

from questions.recipes.properties.property import (
    ONE_VCPU,
    Parameters,
    RecipeProperty,
    Seen,
    two_run,
)


def claim(seen: Seen, parameters: Parameters) -> bool:
    """At the first run of any vCPU, the offsets of all that exist are equal, parked ones included.

    Offsets that are equal by chance are not: two writes of which neither matched may give the same offset to
    the cycle, but no VMM can keep its delays to the nanosecond. So offsets of two generations are equal
    only where user space has chosen one of them by the offset attribute. A vCPU that is created after that
    run is looked at when it runs first.
    """
    *others, last = seen.world.created
    first = next((v for v in others if seen.is_first(v)), last)
    for v in seen.world.created:
        if v == first or not seen.note(f"first.noted.{v}"):
            continue
        if seen.note(f"first.offset.{v}") != seen.note(f"first.offset.{first}"):
            return False
        if seen.note(f"first.generation.{v}") == seen.note(f"first.generation.{first}"):
            continue
        if not (seen.note(f"first.chosen.{v}") or seen.note(f"first.chosen.{first}")):
            return False
    return True


PROPERTY = RecipeProperty(
    "offsets_equal",
    "all vCPUs have the same TSC offset, and not by chance, when the first runs",
    claim,
    failing="the TSCs of two vCPUs differ",
    sometimes=two_run,
    otherwise=ONE_VCPU,
)
