"""Finds the delays for which a claim holds: as few conjunctions of linear bounds as it can, exact or none.

The bounds are those that the run compared delays with. Each conjunction implies the claim, and where none
holds the claim does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from questions.recipes.remembering import Remembering, is_true
from questions.recipes.witness import least
from vtsc.symbolic.forms import (
    Choice,
    Comparison,
    Condition,
    Linear,
    Negation,
    Quotient,
    Variable,
    walk,
)
from vtsc.symbolic.terms import Arena

MOST_CASES = 64
"""The number of ways through the if-then-elses of one comparison that are looked at."""
MOST_PARTS = 6
"""The number of conjunctions beyond which an exact condition is too long to be told."""
MOST_QUESTIONS = 60
"""The number of questions to the solver after which no further conjunction is looked for."""

Bounds = tuple[Condition, ...]


@dataclass(frozen=True)
class Region:
    """Where a claim holds: in any of ``parts``, each a conjunction of bounds, and nowhere else."""

    parts: tuple[Bounds, ...]

    def condition(self, arena: Arena) -> Condition:
        """The region as one condition."""
        return arena.disjunction(arena.conjunction(part) for part in self.parts)


def region(
    arena: Arena,
    delays: Mapping[str, Linear],
    within: Remembering,
    against: Remembering,
    told: Iterable[Condition],
) -> Region | None:
    """The region of the delays where a claim holds; None where no few bounds tell it.

    ``within`` knows that it holds, ``against`` that it does not. ``told``: conditions by whose comparisons
    the bounds are told.
    """
    atoms = [*dict.fromkeys(_atoms(arena, told))]
    parts: list[Bounds] = []
    while True:
        values = least(within, arena, delays)
        if values is None:
            return Region(tuple(parts))
        if len(parts) == MOST_PARTS or against.asked > MOST_QUESTIONS:
            return None
        true = [a if _holds(a, values) else arena.negation(a) for a in atoms]
        found = (c for a in true for c in _inequalities(arena, a, values))
        bounds = [c for c in found if isinstance(c, Comparison)]
        bounds.sort(key=lambda c: -_slack(c, values))
        shared = [c for c in bounds if all(is_true(c, point) for point in within.points)]
        search = _Search(against, is_last=not against.could(*shared))
        part = search.least(bounds)
        if part is None:
            return None
        parts.append(part)
        within.know(arena.negation(arena.conjunction(part)))


class _Search:
    """A search for a part. ``is_last``: no further one may be needed.

    Where one is, the search ends with the questions after which no further one is looked for.
    """

    def __init__(self, against: Remembering, is_last: bool) -> None:
        self._against = against
        self._is_last = is_last

    def least(self, bounds: Sequence[Condition]) -> Bounds | None:
        """Bounds without which the claim could fail, the earlier ones preferred; None where it still can."""
        given = [*dict.fromkeys(bounds)]
        if self._against.possible(*given):
            return None
        found = self._conflict([], given, grown=False)
        return None if found is None else tuple(found)

    def _conflict(
        self, kept: list[Condition], given: list[Condition], *, grown: bool
    ) -> list[Condition] | None:
        """The fewest of ``given`` without which, ``kept`` being there, the claim could fail (QuickXplain).

        It depends on what is possible and on nothing else that a solver says, so it is the same in every
        process. None where the search has ended.
        """
        if self._against.asked > MOST_QUESTIONS and not self._is_last:
            return None
        if grown and not self._against.possible(*kept):
            return []
        if len(given) == 1:
            return [] if not self._against.possible(*kept) else given
        half = len(given) // 2
        first, second = given[:half], given[half:]
        later = self._conflict([*kept, *first], second, grown=bool(first))
        if later is None:
            return None
        sooner = self._conflict([*kept, *later], first, grown=bool(later))
        return None if sooner is None else [*sooner, *later]


def _atoms(arena: Arena, told: Iterable[Condition]) -> Iterator[Condition]:
    """The comparisons of delays with each other and with numbers that conditions depend on."""
    for part in walk(told):
        if isinstance(part, Comparison):
            for form in _cases(part.form):
                found = arena.is_zero(form) if part.equation else arena.at_most_zero(form)
                if isinstance(found, Comparison):
                    yield found


def _cases(form: Linear) -> list[Linear]:
    """The linear forms over delays alone that a form with if-then-elses stands for."""
    pending: list[Linear] = [form]
    done: list[Linear] = []
    while pending and len(pending) + len(done) <= MOST_CASES:
        each = pending.pop()
        at = next((i for i, (a, _) in enumerate(each.terms) if not isinstance(a, Variable)), None)
        if at is None:
            done.append(each)
            continue
        atom, factor = each.terms[at]
        rest = Linear(each.terms[:at] + each.terms[at + 1 :], each.constant)
        if isinstance(atom, Choice):
            pending += [rest.plus(atom.then, factor), rest.plus(atom.otherwise, factor)]
        elif isinstance(atom, Quotient):
            return []
    return done


def _inequalities(arena: Arena, atom: Condition, values: Mapping[str, int]) -> list[Condition]:
    """An equation as two bounds, what is unequal as the bound that holds; anything else as it is."""
    inner = atom.operand if isinstance(atom, Negation) else atom
    if not isinstance(inner, Comparison) or not inner.equation:
        return [atom]
    low = arena.at_most_zero(inner.form)
    high = arena.at_most_zero(Linear((), 0).plus(inner.form, -1))
    if inner is atom:
        return [low, high]
    return [arena.negation(high if _holds(low, values) else low)]


def _holds(condition: Condition, values: Mapping[str, int]) -> bool:
    """Whether a comparison of delays holds for given ones."""
    inner = condition.operand if isinstance(condition, Negation) else condition
    assert isinstance(inner, Comparison)
    total = _total(inner, values)
    found = total == 0 if inner.equation else total <= 0
    return found if inner is condition else not found


def _slack(bound: Condition, values: Mapping[str, int]) -> int:
    """How far delays are from a bound that they keep; a bound that is far away says less."""
    return -_total(bound, values)


def _total(comparison: Condition, values: Mapping[str, int]) -> int:
    """What is compared with 0."""
    assert isinstance(comparison, Comparison)
    total = comparison.form.constant
    for atom, factor in comparison.form.terms:
        assert isinstance(atom, Variable)
        total += factor * values[atom.name]
    return total


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
