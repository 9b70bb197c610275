"""kvmclock, as the guest reads it, never falls."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen


def claim(seen: Seen, parameters: Parameters) -> bool:
    """No read of a page, on any vCPU, is below one that was complete before."""
    last = 0
    for v in range(seen.script.vcpus):
        last = max(last, seen.at("p", "page", v))
    for n in range(seen.world.runs):
        page = seen.note(f"run.page.{n}")
        if page < last:
            return False
        last = page
    return True


PROPERTY = RecipeProperty(
    "kvmclock_monotonic",
    "kvmclock, as the guest reads it, never falls",
    claim,
    failing="the guest's clock goes back",
)
