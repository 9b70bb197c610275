"""Questions about delays that delays found before may answer, without a solver."""

from questions.recipes.lengths import Lengths
from questions.recipes.witness import Questions
from vtsc.symbolic.forms import Condition

MOST_POINTS = 40
"""The number of delays that are remembered."""


class Remembering:
    """Asks what another asker is asked, and remembers the delays that it finds.

    An answer says what is possible and depends on nothing else, so it is the same as without.
    """

    def __init__(self, asking: Questions) -> None:
        self._asking = asking
        self._points: list[tuple[Lengths, dict[str, int]]] = []
        """Delays with which all holds that is known."""

    def possible(self, *conditions: Condition) -> bool:
        """Whether all conditions on delays can hold together."""
        return self.values(*conditions) is not None

    def values(self, *conditions: Condition) -> dict[str, int] | None:
        """Values with which all conditions hold together; None where there are none."""
        for at, (lengths, values) in enumerate(self._points):
            if all(map(lengths.allow, conditions)):
                self._points.insert(0, self._points.pop(at))
                return values
        found = self._asking.values(*conditions)
        if found is not None:
            self._points = [(Lengths(found), found), *self._points[: MOST_POINTS - 1]]
        return found
