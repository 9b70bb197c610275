"""The bounds on delays that a claim consists of.

A claim compares forms with if-then-elses and with roundings. Its bounds are comparisons of delays, and of
floors of delays: each if-then-else is taken one way, and a rounding that can have only a few values is one
of them.
"""

from collections.abc import Iterator

from questions.recipes.lengths import Lengths
from vtsc.symbolic.forms import (
    Atom,
    Choice,
    Comparison,
    Condition,
    Constant,
    Junction,
    Linear,
    Negation,
    Quotient,
    Variable,
    walk,
)
from vtsc.symbolic.terms import Arena

MOST_CASES = 64
"""The number of ways through the if-then-elses of one comparison that are looked at."""
FEW = 4
"""The number of values up to which a rounding is told by bounds on what is rounded."""
NONE = Linear((), 0)


def comparisons(arena: Arena, claim: Condition) -> list[Condition]:
    """The bounds of a claim, as far as the if-then-elses of each have few ways; each once."""
    return [*dict.fromkeys(_comparisons(arena, claim))]


def _comparisons(arena: Arena, claim: Condition) -> Iterator[Condition]:
    for part in walk([claim]):
        found: list[Condition] = []
        if isinstance(part, Comparison):
            build = arena.is_zero if part.equation else arena.at_most_zero
            found += map(build, _cases(arena, part.form))
        elif isinstance(part, Quotient):
            for form in _cases(arena, part.numerator):
                steps = _few(part)[1:]
                found += [_at_least(arena, form, value * part.divisor) for value in steps]
        yield from (each for each in found if isinstance(each, Comparison))


def _few(rounded: Quotient) -> range:
    """The values of a rounding where they are few; none where they are many."""
    span = rounded.interval
    assert span.lo is not None and span.hi is not None
    return range(span.lo, span.hi + 1) if span.hi - span.lo < FEW else range(0)


def _at_least(arena: Arena, form: Linear, value: int) -> Condition:
    return arena.at_most_zero(Linear((), value).plus(form, -1))


def _cases(arena: Arena, form: Linear) -> list[Linear]:
    """The forms without an if-then-else that a form stands for."""
    pending: list[Linear] = [form]
    done: list[Linear] = []
    while pending and len(pending) + len(done) <= MOST_CASES:
        each = pending.pop()
        at = next((i for i, (atom, _) in enumerate(each.terms) if not _is_plain(atom)), None)
        if at is None:
            done.append(each)
            continue
        atom, factor = each.terms[at]
        rest = Linear(each.terms[:at] + each.terms[at + 1 :], each.constant)
        pending += [rest.plus(case, factor) for case in _cases_of(arena, atom)]
    return done


def _is_plain(atom: Atom) -> bool:
    """Whether an atom is a delay, or a rounding of delays that can have many values."""
    if isinstance(atom, Quotient):
        return not _few(atom) and all(_is_plain(each) for each, _ in atom.numerator.terms)
    return isinstance(atom, Variable)


def _cases_of(arena: Arena, atom: Atom) -> list[Linear]:
    """What an atom that is not plain stands for."""
    if isinstance(atom, Choice):
        return [atom.then, atom.otherwise]
    assert isinstance(atom, Quotient)
    if _few(atom):
        return [Linear((), value) for value in _few(atom)]
    return [arena.quotient(form, atom.divisor) for form in _cases(arena, atom.numerator)]


def inequalities(arena: Arena, atom: Condition, lengths: Lengths) -> list[Condition]:
    """An equation as two bounds, what is unequal as the bound that holds; anything else as it is."""
    inner = atom.operand if isinstance(atom, Negation) else atom
    if not isinstance(inner, Comparison) or not inner.equation:
        return [atom]
    low = arena.at_most_zero(inner.form)
    high = arena.at_most_zero(NONE.plus(inner.form, -1))
    if inner is atom:
        return [low, high]
    return [arena.negation(high if lengths.allow(low) else low)]


def implying(arena: Arena, claim: Condition, lengths: Lengths) -> list[Condition]:
    """Bounds that hold for given delays, and which together imply a claim that holds for them.

    They follow the one way that the delays take through the claim's if-then-elses, however many there are.
    """
    way = _Way(arena, lengths)
    way.follow(claim)
    return [*way.bounds.values()]


class _Way:
    """The way that given delays take through a claim, and the bounds that say so."""

    def __init__(self, arena: Arena, lengths: Lengths) -> None:
        self._arena = arena
        self._lengths = lengths
        self._followed: set[int] = set()
        self.bounds: dict[int, Condition] = {}

    def follow(self, condition: Condition) -> None:
        """Note bounds that imply what holds of a condition."""
        if condition.id in self._followed:
            return
        self._followed.add(condition.id)
        inner = condition.operand if isinstance(condition, Negation) else condition
        if isinstance(inner, Comparison):
            build = self._arena.is_zero if inner.equation else self._arena.at_most_zero
            self._note(build(self._plain(inner.form)))
        elif isinstance(inner, Junction):
            true = self._lengths.allow(inner)
            for each in inner.operands:
                if inner.conjunction is true or self._lengths.allow(each) is true:
                    self.follow(each)

    def _note(self, bound: Condition) -> None:
        """Note a bound, or its opposite, whichever holds."""
        if not isinstance(bound, Constant):
            true = bound if self._lengths.allow(bound) else self._arena.negation(bound)
            self.bounds[true.id] = true

    def _plain(self, form: Linear) -> Linear:
        found = Linear((), form.constant)
        for atom, factor in form.terms:
            found = found.plus(self._plain_atom(atom), factor)
        return found

    def _plain_atom(self, atom: Atom) -> Linear:
        """What an atom is on this way."""
        if isinstance(atom, Choice):
            self.follow(atom.condition)
            return self._plain(atom.then if self._lengths.allow(atom.condition) else atom.otherwise)
        if not isinstance(atom, Quotient):
            return Linear(((atom, 1),), 0)
        numerator = self._plain(atom.numerator)
        if not _few(atom):
            return self._arena.quotient(numerator, atom.divisor)
        for value in _few(atom)[1:]:
            self._note(_at_least(self._arena, numerator, value * atom.divisor))
        return Linear((), self._lengths.total(numerator) // atom.divisor)
