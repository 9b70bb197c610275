"""Hyper-V's reference time never falls."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen


def claim(seen: Seen, parameters: Parameters) -> bool:
    """At each vCPU's first instruction after, the reference time is not below that at its last before."""
    return all(seen.at("q", "reference", v) >= seen.at("p", "reference", v) for v in seen.ran)


PROPERTY = RecipeProperty(
    "ref_monotonic",
    "Hyper-V's reference time never falls",
    claim,
    failing="a Windows guest's clock goes back",
    sometimes=lambda seen, parameters: bool(seen.ran) and seen.script.guest.reference,
    otherwise="guest.reference is false, or no vCPU runs after it was stopped",
)
