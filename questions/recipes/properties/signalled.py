"""A guest whose clock jumps is told that it was stopped."""

from functools import partial
from typing import Any

from questions.recipes.properties.property import (
    SECOND,
    Parameters,
    RecipeProperty,
    Seen,
    for_all,
    number,
)


def claim(seen: Seen, parameters: Parameters) -> Any:
    """Where kvmclock has jumped by more than J, each vCPU's page says so at its first instruction."""
    return for_all(seen.ran, partial(_is_told, seen, number(parameters, "J")))


def _is_told(seen: Seen, limit: int, v: int) -> bool:
    """Whether a vCPU's page says that it was stopped, if it has to."""
    return bool(seen.advance("clock", v) <= limit) or bool(seen.at("q", "stopped", v))


PROPERTY = RecipeProperty(
    "signalled",
    "a guest whose kvmclock jumps by more than J is told that it was stopped",
    claim,
    {"J": SECOND},
    "the guest's watchdogs report lockups",
)
