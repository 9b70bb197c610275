"""Families of runs: a run for each number, whose inputs and whose measure grow with the number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vtsc.symbolic.forms import Atom, Comparison, Condition, Junction

SHORTER = 1 << 6
"""What the number of members is divided by where the terms do not say where a family ends."""
HALVINGS = 4
"""How often the number of the farthest known member is halved, before it is divided by `SHORTER`."""
Place = tuple[int, str]
"""An input of a step, from 0, or of the initial state: the number of the step, and the unknown's name."""


@dataclass(frozen=True)
class Family:
    """Runs numbered from 0 to ``last`` on one path, whose measure is ``least + gain * number``."""

    rules: tuple[int, ...]
    first: dict[Place, int | bool]
    """The inputs of the first member."""
    direction: dict[Place, int]
    """The distance from each member to the next, of the inputs that differ."""
    last: int
    least: int
    gain: int

    def moved(self, by: int) -> "Family":
        """The same runs, numbered from another one: the first is what was number ``by``."""
        return replace(self, first=self.inputs(by), least=self.least + self.gain * by)

    def inputs(self, number: int) -> dict[Place, int | bool]:
        """The inputs of a member."""
        return {
            place: value
            if isinstance(value, bool)
            else value + number * self.direction.get(place, 0)
            for place, value in self.first.items()
        }


def end_of(
    conditions: Iterable[Condition], count: Atom, last: int, otherwise: int | None = None
) -> int:
    """A number of members that is more likely to satisfy conditions in ``count`` than ``last``.

    It is the greatest that comparisons with ``count`` alone allow, else ``otherwise``, by default a small
    part of ``last``.
    """
    ends = [end for c in conditions for end in _ends(c, count)]
    default = last // SHORTER if otherwise is None else otherwise
    return min([e for e in ends if e < last], default=default)


def shorter(last: int, far: int) -> int:
    """A smaller number of members than ``last``, slowly below ``far``, which is known to be a member."""
    if last > far:
        return far
    return last // 2 if last > far >> HALVINGS else last // SHORTER


def _ends(condition: Condition, count: Atom) -> Iterator[int]:
    """The greatest number that each comparison in a conjunction allows."""
    if isinstance(condition, Junction) and condition.conjunction:
        for operand in condition.operands:
            yield from _ends(operand, count)
    elif isinstance(condition, Comparison) and not condition.equation:
        terms = condition.form.terms
        if len(terms) == 1 and terms[0][0] is count and terms[0][1] > 0:
            yield -condition.form.constant // terms[0][1]
