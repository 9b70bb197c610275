"""Bounds on delays as text, roundings as what they cut off."""

from vtsc.symbolic.forms import Atom, Comparison, Condition, Interval, Linear, Quotient, Variable
from vtsc.symbolic.formula import formula, linear


def told(bound: Condition) -> str:
    """A bound as text: ``100*floor(x / 100)`` is told as ``x`` less ``x mod 100``."""
    if not isinstance(bound, Comparison):
        return formula(bound)
    return formula(Comparison(bound.id, _without_floors(bound.form), bound.equation))


def _without_floors(form: Linear) -> Linear:
    """The form with what is cut off in place of roundings, where their factors allow it."""
    found = Linear((), form.constant)
    for atom, factor in form.terms:
        if isinstance(atom, Quotient) and factor % atom.divisor == 0:
            share = factor // atom.divisor
            found = found.plus(atom.numerator, share)
            found = found.plus(Linear(((_cut(atom), 1),), 0), -share)
        else:
            found = found.plus(Linear(((atom, 1),), 0), factor)
    return found


def _cut(rounded: Quotient) -> Atom:
    """What a rounding cuts off, as an unknown whose name says what it is.

    Its number is that of the rounding, which stands in the form no more.
    """
    terms, constant = rounded.numerator.terms, rounded.numerator.constant
    numerator = linear(Linear(tuple(sorted(terms, key=lambda term: term[1] < 0)), constant))
    whole = len(terms) == 1 and terms[0][1] > 0 and not constant
    inner = numerator if whole else f"({numerator})"
    name = f"{inner} mod {rounded.divisor}"
    return Variable(rounded.id, Interval(0, rounded.divisor - 1), name, residue=False)
