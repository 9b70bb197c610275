"""Finds the delays for which a claim holds, as few conjunctions of linear bounds.

The bounds are those that the run compared delays with. Each conjunction implies the claim. Where they are
all that is needed, the claim holds nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from questions.recipes.comparisons import comparisons, implying, inequalities
from questions.recipes.lengths import Lengths
from questions.recipes.witness import least
from vtsc.solver.asking import Asking, GaveUpError
from vtsc.solver.units import spent
from vtsc.symbolic.forms import Comparison, Condition, Linear, Variable
from vtsc.symbolic.terms import Arena

MOST_PARTS = 24
"""The number of conjunctions beyond which an exact condition is too long to be told."""
MOST_BOUNDS = 72
"""The number of bounds in all of them beyond which it is so."""
MOST_FOUND = 40
"""The number of conjunctions that are looked for before those are left out that others cover."""
MOST_QUESTIONS = 2500
"""The number of questions to the solvers after which no further conjunction is looked for."""
MOST_UNITS = 20_000_000
"""The solver's units that one of these questions may cost; those of conditions that can be told cost less."""
MOST_OF_MANY = 4_000_000
"""The units that all of these questions may cost together where there are many orders."""
MOST_ALONE = 200
"""The number of bounds up to which each is asked about by itself."""

Bounds = tuple[Condition, ...]
Asker = Callable[..., Asking]
"""Makes a solver that knows some conditions; ``budget``: the units that one question to it may cost."""


@dataclass(frozen=True)
class Region:
    """Where a claim holds: in any of ``parts``, each a conjunction of bounds.

    ``whole``: it holds nowhere else. Otherwise it may.
    """

    parts: tuple[Bounds, ...]
    whole: bool = True

    def condition(self, arena: Arena) -> Condition:
        """The region as one condition."""
        return arena.disjunction(arena.conjunction(part) for part in self.parts)

    @property
    def is_short(self) -> bool:
        """Whether it can be told; one conjunction always can."""
        few = len(self.parts) <= MOST_PARTS and sum(map(len, self.parts)) <= MOST_BOUNDS
        return few or len(self.parts) == 1


def region(
    arena: Arena,
    asking: Asker,
    delays: Mapping[str, Linear],
    legal: Condition,
    claim: Condition,
    units: int | None = None,
) -> Region:
    """The region of the delays within ``legal`` where a claim holds, or as much of it as can be found.

    ``units``: what looking for it may cost.
    """
    search = _Search(arena, asking, legal, claim, units)
    try:
        whole = search.run(asking(legal, claim, budget=MOST_UNITS), delays)
        return Region(search.needed(), whole)
    except GaveUpError:
        return Region(tuple(search.parts), whole=False)


class _Search:
    """Looks for conjunctions of bounds that imply a claim."""

    def __init__(
        self,
        arena: Arena,
        asking: Asker,
        legal: Condition,
        claim: Condition,
        units: int | None,
    ) -> None:
        self._arena = arena
        self._claim = claim
        self._known = comparisons(arena, claim)
        self._against = asking(legal, arena.negation(claim), budget=MOST_UNITS)
        self._legal = asking(legal, budget=MOST_UNITS)
        self._units = units
        self.parts: list[Bounds] = []

    def run(self, within: Asking, delays: Mapping[str, Linear]) -> bool:
        """Look for parts until they cover the claim; whether they do."""
        begin = spent()
        for bound in self._alone():
            self._add(within, (bound,))
        while True:
            values = least(within, self._arena, delays)
            if values is None:
                return True
            asked = self._against.asked + within.asked
            costly = self._units is not None and spent() - begin > self._units
            if len(self.parts) >= MOST_FOUND or asked > MOST_QUESTIONS or costly:
                return False
            self._add(within, self._part(Lengths(values)))

    def _add(self, within: Asking, part: Bounds) -> None:
        self.parts.append(part)
        within.know(self._arena.negation(self._arena.conjunction(part)))

    def _alone(self) -> list[Condition]:
        """The bounds that imply the claim by themselves, and can be kept."""
        if len(self._known) > MOST_ALONE:
            return []
        every = [x for x in self._known if isinstance(x, Comparison) and not x.equation]
        both = dict.fromkeys(way for x in every for way in (x, self._arena.negation(x)))
        found = [x for x in both if not self._against.possible(x)]
        return [x for x in found if isinstance(x, Comparison) and self._legal.possible(x)]

    def _part(self, lengths: Lengths) -> Bounds:
        """Bounds that given delays keep, and without any of which the claim could fail."""
        part = self._least(self._bounds(self._known, lengths))
        if part is None:
            way = implying(self._arena, self._claim, lengths)
            part = self._least(self._bounds(way, lengths))
        assert part is not None, "the bounds of the way that delays take imply the claim"
        return part

    def _bounds(self, known: Sequence[Condition], lengths: Lengths) -> list[Condition]:
        """What comparisons say of given delays, as inequalities, those first that are kept by far."""
        arena = self._arena
        true = [each if lengths.allow(each) else arena.negation(each) for each in known]
        found = (bound for each in true for bound in inequalities(arena, each, lengths))
        kept = [bound for bound in found if isinstance(bound, Comparison)]
        return sorted(kept, key=lengths.slack, reverse=True)

    def _least(self, bounds: Sequence[Condition]) -> Bounds | None:
        """Bounds without which the claim could fail, the earlier ones preferred; None if it still can."""
        given = [*dict.fromkeys(bounds)]
        if self._against.possible(*given):
            return None
        return tuple(_conflict(self._against, [], given, grown=False))

    def needed(self) -> tuple[Bounds, ...]:
        """The parts that others do not cover; the longest are left out first, and then the last."""
        arena, found = self._arena, [*dict.fromkeys(self.parts)]
        order = sorted(range(len(found)), key=lambda n: (len(found[n]), n), reverse=True)
        kept = found
        for part in [found[n] for n in order]:
            rest = [each for each in kept if each is not part]
            others = [arena.negation(arena.conjunction(each)) for each in rest]
            if not self._legal.possible(*part, *others):
                kept = rest
        return tuple(self._equated(part) for part in kept)

    def _equated(self, part: Bounds) -> Bounds:
        """A part in which two opposite bounds are one equation."""
        found: dict[Condition, None] = {}
        for bound in part:
            assert isinstance(bound, Comparison)
            opposite = self._arena.at_most_zero(Linear((), 0).plus(bound.form, -1))
            equal = self._arena.is_zero(bound.form)
            if opposite in part and isinstance(equal, Comparison):
                bound = equal
            found[bound] = None
        return tuple(found)


def _conflict(
    against: Asking, kept: list[Condition], given: list[Condition], *, grown: bool
) -> list[Condition]:
    """The fewest of ``given`` without which, ``kept`` being there, the claim could fail (QuickXplain).

    It depends on what is possible and on nothing else that a solver says, so it is the same in every process.
    """
    if grown and not against.possible(*kept):
        return []
    if len(given) == 1:
        return [] if not against.possible(*kept) else given
    half = len(given) // 2
    first, second = given[:half], given[half:]
    later = _conflict(against, [*kept, *first], second, grown=bool(first))
    sooner = _conflict(against, [*kept, *later], first, grown=bool(later))
    return [*sooner, *later]


def opposite(arena: Arena, found: Region) -> Region | None:
    """The region outside of one whose parts have one bound each, as one conjunction; None of another."""
    if not found.whole or any(len(part) > 1 for part in found.parts):
        return None
    bounds = tuple(arena.negation(part[0]) for part in found.parts)
    return Region((bounds,)) if all(isinstance(b, Comparison) for b in bounds) else None


def single(part: Bounds) -> tuple[str, str, int] | None:
    """The delay, ``<=`` or ``>=`` and the number where one bound on one delay is all; None elsewhere."""
    if len(part) != 1 or not isinstance(part[0], Comparison) or part[0].equation:
        return None
    form = part[0].form
    if len(form.terms) != 1:
        return None
    atom, factor = form.terms[0]
    if not isinstance(atom, Variable):
        return None
    if factor > 0:
        return atom.name, "<=", -form.constant // factor
    return atom.name, ">=", _up(form.constant, -factor)


def _up(numerator: int, divisor: int) -> int:
    """A quotient rounded up."""
    return -(-numerator // divisor)
