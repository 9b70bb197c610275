"""A guest whose clock jumps is told that it was stopped."""

from functools import partial
from typing import Any

from questions.recipes.properties.property import (
    SECOND,
    Parameters,
    RecipeProperty,
    Seen,
    for_all,
    for_some,
    number,
)


def claim(seen: Seen, parameters: Parameters) -> Any:
    """Where kvmclock has jumped by more than J, each vCPU's page says so at its first instruction."""
    return for_all(seen.ran, partial(_is_told, seen, number(parameters, "J")))


def _is_told(seen: Seen, limit: int, v: int) -> bool:
    """Whether a vCPU's page says that it was stopped, if it has to."""
    return not _jumps(seen, limit, v) or bool(seen.at("q", "stopped", v))


def _jumps(seen: Seen, limit: int, v: int) -> bool:
    """Whether a vCPU's kvmclock has jumped."""
    return bool(seen.advance("clock", v) > limit)


def _some_jump(seen: Seen, parameters: Parameters) -> Any:
    """Whether the guest uses kvmclock, and it jumps."""
    if not seen.script.guest.kvmclock:
        return False
    return for_some(seen.ran, partial(_jumps, seen, number(parameters, "J")))


PROPERTY = RecipeProperty(
    "signalled",
    "a guest whose kvmclock jumps by more than J is told that it was stopped",
    claim,
    {"J": SECOND},
    "the guest's watchdogs report lockups",
    _some_jump,
    "the guest does not use kvmclock, or it never jumps by more than the limit",
)
