"""The vCPUs' TSC offsets differ as they did before."""

from itertools import combinations

from questions.recipes.properties.property import (
    ONE_VCPU,
    Parameters,
    RecipeProperty,
    Seen,
    two_run,
)
from vtsc.language import u64


def claim(seen: Seen, parameters: Parameters) -> bool:
    """At the first run of any vCPU, offsets differ by what they differed by at p."""
    created = seen.world.created
    pairs = [(created[0], v) for v in created[1:]]
    for first, v in combinations(created, 2) if seen.world.before else pairs:
        if not (seen.note(f"first.noted.{first}") and seen.note(f"first.noted.{v}")):
            continue
        before = u64(seen.at("p", "offset", v) - seen.at("p", "offset", first))
        after = u64(seen.note(f"first.offset.{v}") - seen.note(f"first.offset.{first}"))
        if before != after:
            return False
    return True


PROPERTY = RecipeProperty(
    "offsets_kept",
    "the vCPUs' TSC offsets differ by what they differed by before",
    claim,
    failing="the TSCs of two vCPUs are further apart than before",
    sometimes=two_run,
    otherwise=ONE_VCPU,
)
