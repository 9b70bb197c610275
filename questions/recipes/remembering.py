"""Questions about delays that delays found before may answer, without a solver."""

from collections.abc import Mapping, Sequence

from questions.recipes.witness import Questions
from vtsc.symbolic.forms import Comparison, Condition, Constant, Junction, Negation, Variable

MOST_POINTS = 40
"""The number of delays that are remembered."""

Delays = Mapping[str, int]


class Remembering:
    """Asks what another asker is asked, and remembers the delays that it finds.

    An answer says what is possible and depends on nothing else, so it is the same as without.
    """

    def __init__(self, asking: Questions) -> None:
        self._asking = asking
        self.points: list[dict[str, int]] = []
        """Delays with which all holds that is known."""
        self.asked = 0
        """The number of questions so far, those that were answered from memory included."""

    def know(self, condition: Condition) -> None:
        """Take it from now on as known that a condition on delays holds."""
        self._asking.know(condition)
        self.points = [point for point in self.points if is_true(condition, point)]

    def possible(self, *conditions: Condition) -> bool:
        """Whether all conditions on delays can hold together."""
        return self.values(*conditions) is not None

    def values(self, *conditions: Condition) -> dict[str, int] | None:
        """Values with which all conditions hold together; None where there are none."""
        self.asked += 1
        return self._found(conditions)

    def _found(self, conditions: Sequence[Condition]) -> dict[str, int] | None:
        for at, point in enumerate(self.points):
            if all(is_true(condition, point) for condition in conditions):
                self.points.insert(0, self.points.pop(at))
                return point
        found = self._asking.values(*conditions)
        if found is not None:
            self.points = [found, *self.points[: MOST_POINTS - 1]]
        return found


def is_true(condition: Condition, delays: Delays) -> bool:
    """Whether a condition whose comparisons are of plain delays holds for some."""
    if isinstance(condition, Constant):
        return condition.value
    if isinstance(condition, Negation):
        return not is_true(condition.operand, delays)
    if isinstance(condition, Junction):
        found = (is_true(operand, delays) for operand in condition.operands)
        return all(found) if condition.conjunction else any(found)
    assert isinstance(condition, Comparison)
    total = condition.form.constant
    for atom, factor in condition.form.terms:
        assert isinstance(atom, Variable)
        total += factor * delays[atom.name]
    return total == 0 if condition.equation else total <= 0
