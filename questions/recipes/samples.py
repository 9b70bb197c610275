"""Runs a recipe on plain numbers at a few delays, to confirm what was found for all of them.

A claim that the terms' own arithmetic decides has a proof that says no more than `false`. These runs share
nothing with that arithmetic.
"""

from collections.abc import Iterator, Sequence

from model.today import Rules
from questions.recipes.orders import settled
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.running import played
from questions.recipes.script import Gap, Script, Wanted
from vtsc.base.errors import EvidenceError
from vtsc.language import Illegal

MOST_ORDERS = 4
"""The number of orders in which a recipe is run."""
WEIGHTS = (0, 1, 5, 3, 7, 2, 6, 4)
"""By these eighths of its range a delay is above its least value, in another sequence for each."""


def confirm(scripts: Sequence[Script], rules: Rules, found: Sequence[tuple[Wanted, bool]]) -> None:
    """Raise `EvidenceError` where a run contradicts what ``found`` says of a property in all runs."""
    for script in scripts[:MOST_ORDERS]:
        for delays in _chosen():
            try:
                world = played(settled(script, delays), rules, delays)
            except Illegal:
                continue
            for wanted, holds in found:
                known = PROPERTIES[wanted.name]
                plain = known.claim(Seen(world), {**known.parameters, **wanted.parameters})
                if bool(plain) is not holds:
                    raise EvidenceError(f"{script.name}: a plain run contradicts {wanted.name}")


def _chosen() -> Iterator["_Delays"]:
    """All delays at their least, all at their greatest, and some in between."""
    yield _Delays((0,))
    yield _Delays((8,))
    yield _Delays(WEIGHTS)
    yield _Delays(WEIGHTS[::-1])


class _Delays:
    """Gives each gap, by its name, a length within its range."""

    def __init__(self, weights: Sequence[int]) -> None:
        self._weights = weights
        self._known: dict[str, int] = {}

    def __call__(self, gap: Gap) -> int:
        """The length of a gap; the same for the same name."""
        if gap.name not in self._known:
            weight = self._weights[len(self._known) % len(self._weights)]
            self._known[gap.name] = gap.low + (gap.high - gap.low) * weight // 8
        return self._known[gap.name]
