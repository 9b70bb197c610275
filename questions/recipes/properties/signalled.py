"""A guest whose clock jumps is told that it was stopped."""

from questions.recipes.properties.property import SECOND, Parameters, RecipeProperty, Seen, number


def claim(seen: Seen, parameters: Parameters) -> bool:
    """Where kvmclock has jumped by more than J, each vCPU's page says so at its first instruction."""
    limit = number(parameters, "J")
    return all(
        not (seen.advance("clock", v) > limit and not seen.at("q", "stopped", v)) for v in seen.ran
    )


PROPERTY = RecipeProperty(
    "signalled",
    "a guest whose kvmclock jumps by more than J is told that it was stopped",
    claim,
    {"J": SECOND},
    "the guest's watchdogs report lockups",
)
