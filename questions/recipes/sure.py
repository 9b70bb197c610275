"""One bound on delays that is enough for a claim, or needed for it, where an exact condition is not told.

It is made of a bound that the claim itself has, with some of the delays in it replaced by an end of their
range: as few as can be, those first that fewer of the claim's bounds have.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from questions.recipes.bounds import Region
from questions.recipes.comparisons import comparisons
from vtsc.solver.asking import Asking, GaveUpError
from vtsc.symbolic.forms import Atom, Comparison, Condition, Linear, Variable
from vtsc.symbolic.terms import Arena

MOST_TRIED = 4
"""The number of the claim's bounds that are tried, those with the most delays first."""
Term = tuple[Atom, int]
Fits = Callable[[Condition], bool]


def enough(
    arena: Arena, legal: Asking, against: Sequence[Asking], claim: Condition
) -> Region | None:
    """A bound under which a claim holds; None where none is found.

    ``against``: where it fails, by the orders in which it does, since a solver finds one easier than all.
    """

    def fits(bound: Condition) -> bool:
        return not any(each.possible(bound) for each in against)

    return _found(arena, legal, claim, fits, upper=True)


def needed(
    arena: Arena, legal: Asking, within: Sequence[Asking], claim: Condition
) -> Region | None:
    """A bound without which a claim fails; None where none is found. ``within``: where it holds."""

    def fits(bound: Condition) -> bool:
        return not any(each.possible(arena.negation(bound)) for each in within)

    return _found(arena, legal, claim, fits, upper=False)


def _found(
    arena: Arena, legal: Asking, claim: Condition, fits: Fits, *, upper: bool
) -> Region | None:
    try:
        forms = _forms(arena, claim)
        often = Counter(atom.id for form in forms for atom, _ in form.terms)
        for form in forms[:MOST_TRIED]:
            terms = sorted(form.terms, key=lambda term: (often[term[0].id], _width(term)))
            bound = arena.at_most_zero(_without(arena, form, terms, fits, upper))
            other = arena.negation(bound)
            if isinstance(bound, Comparison) and legal.possible(bound) and legal.possible(other):
                return Region(((bound,),))
    except GaveUpError:
        pass
    return None


def _forms(arena: Arena, claim: Condition) -> list[Linear]:
    """What the claim compares with 0, delays alone, those with the most of them first."""
    found: dict[object, Linear] = {}
    for each in _inequalities(arena, claim):
        if all(isinstance(atom, Variable) for atom, _ in each.form.terms):
            found[each.form.key] = each.form
    return sorted(found.values(), key=lambda form: -sum(c > 0 for _, c in form.terms))


def _inequalities(arena: Arena, claim: Condition) -> Iterator[Comparison]:
    for each in comparisons(arena, claim):
        for way in (each, arena.negation(each)):
            if isinstance(way, Comparison) and not way.equation:
                yield way


def _width(term: Term) -> int:
    """How much a term may vary."""
    ends = term[0].interval * term[1]
    assert ends.lo is not None and ends.hi is not None
    return ends.hi - ends.lo


def _without(arena: Arena, form: Linear, terms: Sequence[Term], fits: Fits, upper: bool) -> Linear:
    """The form with delays replaced by an end of their range, so that the bound fits.

    All delays that are subtracted are replaced, and as few of the others as can be.
    """

    def replaced(some: Sequence[Term]) -> Linear:
        found = form
        for atom, factor in some:
            ends = atom.interval * factor
            end = ends.hi if upper else ends.lo
            assert end is not None
            found = found.plus(Linear(((atom, 1),), 0), -factor).plus(Linear((), end))
        return found

    def fit(some: Sequence[Term]) -> bool:
        return fits(arena.at_most_zero(replaced(some)))

    always = [term for term in terms if term[1] < 0]
    rest = [term for term in terms if term[1] > 0]
    return replaced([*always, *_fewest(fit, always, rest, grown=True)])


def _fewest(
    fit: Callable[[Sequence[Term]], bool],
    kept: Sequence[Term],
    given: Sequence[Term],
    *,
    grown: bool,
) -> Sequence[Term]:
    """As few of ``given`` as make it fit together with ``kept``, the earlier ones preferred (QuickXplain)."""
    if grown and fit(kept):
        return []
    if len(given) <= 1:
        return given
    half = len(given) // 2
    first, second = given[:half], given[half:]
    later = _fewest(fit, [*kept, *first], second, grown=bool(first))
    sooner = _fewest(fit, [*kept, *later], first, grown=bool(later))
    return [*sooner, *later]
