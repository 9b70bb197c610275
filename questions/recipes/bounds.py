"""Finds the delays for which a claim holds: as few conjunctions of linear bounds as it can, exact or none.

The bounds are those that the run compared delays with. Each conjunction implies the claim, and where none
holds the claim does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vtsc.solver.asking import Asking
from vtsc.symbolic.forms import (
    Choice,
    Comparison,
    Condition,
    Linear,
    Quotient,
    Variable,
    walk,
)
from vtsc.symbolic.terms import Arena

MOST_CASES = 64
"""The number of ways through the if-then-elses of one comparison that are looked at."""
MOST_PARTS = 6
"""The number of conjunctions beyond which an exact condition is too long to be told."""

Bounds = tuple[Condition, ...]


@dataclass(frozen=True)
class Region:
    """Where a claim holds: in any of ``parts``, each a conjunction of bounds, and nowhere else."""

    parts: tuple[Bounds, ...]

    def condition(self, arena: Arena) -> Condition:
        """The region as one condition."""
        return arena.disjunction(arena.conjunction(part) for part in self.parts)


def region(
    arena: Arena, unknowns: Mapping[str, Linear], legal: Condition, claim: Condition
) -> Region | None:
    """The region of the delays within ``legal`` where a claim holds; None where no few bounds tell it."""
    against = Asking([legal, arena.negation(claim)], unknowns)
    within = Asking([legal, claim], unknowns)
    atoms = [*dict.fromkeys(_atoms(arena, claim))]
    parts: list[Bounds] = []
    while True:
        values = within.values()
        if values is None:
            return Region(tuple(parts))
        if len(parts) == MOST_PARTS:
            return None
        true = [a if _holds(a, values) else arena.negation(a) for a in atoms]
        part = _least(against, [c for a in true for c in _inequalities(arena, a, values)])
        if part is None:
            return None
        parts.append(part)
        within.know(arena.negation(arena.conjunction(part)))


def _least(against: Asking, bounds: Sequence[Condition]) -> Bounds | None:
    """Bounds without which the claim could fail; None where it can in spite of all."""
    core = against.core([*dict.fromkeys(bounds)])
    if core is None:
        return None
    for bound in list(core):
        fewer = [c for c in core if c is not bound]
        if not against.possible(*fewer):
            core = fewer
    return tuple(core)


def _atoms(arena: Arena, claim: Condition) -> Iterator[Condition]:
    """The comparisons of delays with each other and with numbers that a claim depends on."""
    for part in walk([claim]):
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
    inner = getattr(atom, "operand", atom)
    if not isinstance(inner, Comparison) or not inner.equation:
        return [atom]
    low = arena.at_most_zero(inner.form)
    high = arena.at_most_zero(Linear((), 0).plus(inner.form, -1))
    if inner is atom:
        return [low, high]
    return [arena.negation(high if _holds(low, values) else low)]


def _holds(condition: Condition, values: Mapping[str, int]) -> bool:
    """Whether a comparison of delays holds for given ones."""
    inner = getattr(condition, "operand", condition)
    assert isinstance(inner, Comparison)
    total = inner.form.constant
    for atom, factor in inner.form.terms:
        assert isinstance(atom, Variable)
        total += factor * values[atom.name]
    found = total == 0 if inner.equation else total <= 0
    return found if inner is condition else not found


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
