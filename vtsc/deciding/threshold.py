"""Thresholds: the neighbouring values of a parameter between which a verdict changes.

A range is decided at its two ends. Where the verdicts there differ, it is decided at two values inside, and
so on between two values with different verdicts, until these are neighbours. Nothing is taken to be monotone.
In a range of few values, every value is decided, so that it is known whether the verdict changes once. In
a larger one, what violates the property at one value may be proved to do so at every greater one, or at
every smaller one (`vtsc.evidence.inclusion`); else nothing is said of values that were not decided.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import TYPE_CHECKING

from vtsc.base.errors import EvidenceError, UsageError
from vtsc.deciding.verdict import Result, Status
from vtsc.language.parameters import Parameter

if TYPE_CHECKING:  # it imports z3
    from vtsc.evidence.inclusion import Inclusion

FEW = 12
"""In a range of up to so many values, every value is decided."""
MANY = 64
"""The same for a range that was asked for."""
FAR = 8
"""A range whose upper end is over so many times its lower one is divided by ratio, others by distance."""

Decide = Callable[[Sequence[int | str]], Sequence[Result]]
"""Gives the results for some values of the parameter, as texts, in order."""

Include = Callable[[bool], "Inclusion | None"]
"""Proves that what violates the property does so at every greater value, or (False) at every smaller one."""


@dataclass(frozen=True)
class Grid:
    """The values of a parameter from ``first`` in steps, ``count`` of them, in the parameter's own unit."""

    parameter: Parameter
    first: Fraction
    step: Fraction
    count: int

    @property
    def apart(self) -> int | str:
        """The step as a setting's text."""
        return self._text(self.step)

    def text(self, number: int) -> int | str:
        """The value of that number, from 0, as a setting's text."""
        return self._text(self.first + self.step * number)

    def _text(self, value: Fraction) -> int | str:
        whole = self.parameter.kind in ("integer", "frequency")
        return self.parameter.text(int(value) if whole else value)


@dataclass(frozen=True)
class Threshold:
    """The results at the values that were decided, by their numbers in the grid, ascending."""

    grid: Grid
    results: Mapping[int, Result]
    bounded: bool = False
    """Whether holding to the depth of the search is enough."""
    included: "Inclusion | None" = None
    """The proof about all values of the range, where it was looked for and found."""

    def holds(self, number: int) -> bool | None:
        """Whether the property holds (True) or fails (False) at a value; None where neither is known."""
        status = self.results[number].status
        if status is Status.BOUNDED and self.bounded:
            return True
        return {Status.PROVED: True, Status.VIOLATED: False}.get(status)

    @property
    def whole(self) -> bool:
        """Whether every value was decided."""
        return len(self.results) == self.grid.count and not self.undecided

    @property
    def is_monotone(self) -> bool:
        """Whether it is known of every value, by a verdict of its own or not, and changes at most once."""
        return (self.whole or self.follows) and len(self.changes) <= 1

    @property
    def follows(self) -> bool:
        """Whether the verdict at every value follows from those that were decided."""
        low, high = self.edges
        last = self.grid.count - 1
        everywhere = high == low + 1 or low == last or high == 0
        return self.included is not None and everywhere

    @property
    def edges(self) -> tuple[int, int]:
        """With a proof about all values: up to which number and from which on the verdict is known.

        Up to the first, -1 where there is none, it is that of the least value; from the second on it is that
        of the greatest one.
        """
        holding = [n for n in self.results if self.holds(n) is True]
        failing = [n for n in self.results if self.holds(n) is False]
        more = self.included is None or self.included.more
        lower, upper = (holding, failing) if more else (failing, holding)
        return max(lower, default=-1), min(upper, default=self.grid.count)

    @property
    def changes(self) -> list[tuple[int, int]]:
        """The pairs of neighbours in the grid of which one holds and the other fails."""
        return [(a, b) for a, b in pairwise(self.results) if b == a + 1 and self.differ(a, b)]

    def differ(self, one: int, other: int) -> bool:
        """Whether the property holds at one value and fails at the other."""
        return {self.holds(one), self.holds(other)} == {True, False}

    @property
    def undecided(self) -> list[int]:
        """The numbers of the values at which there is no verdict."""
        return [n for n in self.results if self.holds(n) is None]

    @property
    def is_settled(self) -> bool:
        """Whether a change was found, or the verdict is known of all that was asked, or of every value."""
        return bool(self.changes) or not self.undecided or self.follows


def grid(parameter: Parameter, within: str | None = None, step: str | None = None) -> Grid:
    """The values from A to B if ``within`` is ``A..B``, else all, in steps of ``step``, else of `USUAL`.

    Raises `UsageError` for a parameter whose values are no numbers, for a text that is no range or no step,
    and for a range that is shorter than a step.
    """
    if parameter.kind == "choice":
        raise UsageError(
            f"{parameter.name} has no numbers as values: it is one of {parameter.accepted()}"
        )
    step = step or USUAL[parameter.kind]
    size = _amount(parameter, step)
    low, high = _ends(parameter, within)
    if within is None and parameter.above:
        low += size
    if high < low:
        raise UsageError(f"--within {within}: the first value is above the last")
    if high < low + size:
        range_ = f"--within {within}" if within else f"all values of {parameter.name}"
        raise UsageError(f"{range_}: the range is shorter than one step of {step}")
    return Grid(parameter, low, size, int((high - low) // size) + 1)


def _ends(parameter: Parameter, within: str | None) -> tuple[Fraction, Fraction]:
    if within is None:
        return Fraction(parameter.lo), Fraction(parameter.hi)
    first, dots, last = within.partition("..")
    if not (first and dots and last):
        raise UsageError(f"--within {within}: expected A..B, the least and the greatest value")
    ends = [parameter.parse(text) for text in (first, last)]
    if None in ends:
        raise UsageError(f"--within {within}: expected two numbers")
    return Fraction(ends[0]), Fraction(ends[1])


def _amount(parameter: Parameter, text: str) -> Fraction:
    """A distance between two values, in the parameter's own unit; raises `UsageError` for any other text."""
    value = parameter.number(text)
    if value is None or value <= 0:
        raise UsageError(
            f"--step {text}: expected a distance above 0, such as {USUAL[parameter.kind]}"
        )
    return Fraction(value)


USUAL = {"integer": "1", "duration": "1us", "frequency": "1MHz", "ratio": "1/100"}
"""The step for each kind of parameter, where none is given."""


def threshold(
    values: Grid,
    decide: Decide,
    *,
    bounded: bool = False,
    few: int = FEW,
    include: Include = lambda more: None,
) -> Threshold:
    """The verdicts at both ends, and at as many other values as it takes to find neighbours that differ.

    In a range of up to ``few`` values, the verdict at each; in a larger one, ``include`` is asked for a proof
    about all values. Raises `EvidenceError` where that contradicts a verdict.
    """
    results: dict[int, Result] = {}
    found = Threshold(values, results, bounded)

    def ask(numbers: Iterable[int]) -> None:
        new = [n for n in dict.fromkeys(numbers) if n not in results]
        results.update(zip(new, decide([values.text(n) for n in new]), strict=True))

    low, high = 0, values.count - 1
    ask((low, high))  # by themselves, so that others can be tried as these were decided
    if values.count <= few:
        ask(range(values.count))
    while high - low > 1 and found.differ(low, high):
        inner = _inside(values, low, high)
        ask(inner)
        known = [n for n in (low, *inner, high) if found.holds(n) is not None]
        low, high = next(pair for pair in pairwise(known) if found.differ(*pair))
        if any(low < n < high for n in inner):
            break  # between the two there is a value without a verdict
    found = Threshold(values, dict(sorted(results.items())), bounded)
    return found if found.whole else replace(found, included=_included(found, include))


def _included(found: Threshold, include: Include) -> "Inclusion | None":
    """The proof about all values: first of what the verdicts suggest, else of either."""
    ways = [found.holds(low) is True for low, _ in found.changes] or [True, False]
    proof = next((p for p in map(include, ways) if p is not None), None)
    if proof is not None:
        course = [v for n in found.results if (v := found.holds(n)) is not None]
        if course != sorted(course, reverse=proof.more):
            raise EvidenceError("a verdict contradicts the proof about all values of the range")
    return proof


def _inside(values: Grid, low: int, high: int) -> list[int]:
    """The numbers of two values between two others; of one where there is only one between them."""
    start = int(values.first // values.step)
    least, most = start + low + 1, start + high + 1
    if most > FAR * least:
        middle = isqrt(least * most)
        inner = [isqrt(least * middle), isqrt(middle * most)]
    else:
        third = (most - least) // 3
        inner = [least + third, most - third]
    found = (min(max(n - start - 1, low + 1), high - 1) for n in inner)
    return sorted(dict.fromkeys(found))
