"""What bounds with roundings say without them: bounds on delays alone that are enough, or that are needed.

A clock that counts in 100 ns rounds down. A bound on such a clock depends on what is cut off, which is from
0 to 99 ns. So there is a bound on the delays alone under which the other one holds whatever is cut off, and
one without which it does not. Both are as near to each other as a solver finds them.
"""

from collections.abc import Callable
from math import lcm

from questions.recipes.bounds import Asker, Bounds, Region
from vtsc.symbolic.forms import Comparison, Condition, Linear, Quotient
from vtsc.symbolic.terms import Arena

Sides = tuple[Region, Region]
"""A region that is enough for a claim, and one that is needed for it."""


def is_rounded(found: Region) -> bool:
    """Whether a bound of a region has a rounding in it."""
    return any(_rounded(bound) for part in found.parts for bound in part)


def _rounded(bound: Condition) -> list[tuple[Quotient, int]]:
    assert isinstance(bound, Comparison)
    return [(atom, factor) for atom, factor in bound.form.terms if isinstance(atom, Quotient)]


def without(
    arena: Arena, asking: Asker, legal: Condition, claim: Condition, found: Region
) -> Sides | None:
    """Regions without roundings: one in which a claim holds, and one outside of which it does not.

    ``found``: where it holds exactly, by at most one equation. None where a rounding stands in another.
    """
    try:
        inner, outer = (_moved(arena, found, outward) for outward in (False, True))
    except _NestedError:
        return None
    against, within = asking(legal, arena.negation(claim)), asking(legal, claim)

    def is_enough(region: Region) -> bool:
        return not against.possible(region.condition(arena))

    def is_needed(region: Region) -> bool:
        return not within.possible(arena.negation(region.condition(arena)))

    enough = _widest(arena, inner, outer, is_enough)
    return _plain(arena, enough), _plain(arena, _widest(arena, outer, inner, is_needed))


def _plain(arena: Arena, found: Region) -> Region:
    """The region without bounds that always hold, and without parts that never do."""
    parts = [tuple(b for b in part if b is not arena.true) for part in found.parts]
    return Region(tuple(part for part in parts if arena.false not in part))


class _NestedError(Exception):
    """A rounding within a rounding, or an equation between roundings."""


def _moved(arena: Arena, found: Region, outward: bool) -> Region:
    """A region whose bounds are moved to where they are whatever is cut off."""
    parts = [tuple(_loosened(arena, b, outward) for b in part) for part in found.parts]
    return Region(tuple(parts))


def _loosened(arena: Arena, bound: Condition, outward: bool) -> Condition:
    """A bound on delays alone, which ``outward`` follows from another one and otherwise implies it."""
    assert isinstance(bound, Comparison)
    rounded = _rounded(bound)
    if not rounded:
        return bound
    if bound.equation or any(_inner(atom) for atom, _ in rounded):
        raise _NestedError
    scale = lcm(*(atom.divisor for atom, _ in rounded))
    form = Linear((), bound.form.constant * scale)
    for atom, factor in bound.form.terms:
        if not isinstance(atom, Quotient):
            form = form.plus(Linear(((atom, 1),), 0), factor * scale)
            continue
        share = factor * scale // atom.divisor
        cut = atom.divisor - 1 if (factor > 0) is outward else 0
        form = form.plus(atom.numerator.plus(Linear((), -cut)), share)
    return arena.at_most_zero(form)


def _inner(atom: Quotient) -> bool:
    return any(isinstance(each, Quotient) for each, _ in atom.numerator.terms)


def _widest(arena: Arena, sure: Region, other: Region, fits: Callable[[Region], bool]) -> Region:
    """The region between two, nearest to the other one, that fits; found bound by bound."""
    for at, part in enumerate(sure.parts):
        for place in range(len(part)):
            sure = _nearest(arena, sure, other, (at, place), fits)
    return sure


def _nearest(
    arena: Arena,
    sure: Region,
    other: Region,
    where: tuple[int, int],
    fits: Callable[[Region], bool],
) -> Region:
    """A region one of whose bounds is as near to that of another region as it can be."""
    at, place = where
    begin, end = (each.parts[at][place] for each in (sure, other))
    if not (isinstance(begin, Comparison) and isinstance(end, Comparison)):
        return sure
    far = end.form.constant - begin.form.constant
    if not far or begin.form.plus(end.form, -1).terms:
        return sure  # an equation stays one
    low, high = 0, abs(far)
    while low < high:
        middle = (low + high + 1) // 2
        moved = Linear((), middle if far > 0 else -middle).plus(begin.form)
        if fits(_replaced(sure, at, place, arena.at_most_zero(moved))):
            low = middle
        else:
            high = middle - 1
    moved = Linear((), low if far > 0 else -low).plus(begin.form)
    return _replaced(sure, at, place, arena.at_most_zero(moved))


def _replaced(found: Region, at: int, place: int, bound: Condition) -> Region:
    part = found.parts[at]
    changed: Bounds = (*part[:place], bound, *part[place + 1 :])
    return Region((*found.parts[:at], changed, *found.parts[at + 1 :]))
