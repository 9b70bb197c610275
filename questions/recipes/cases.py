"""Terms that are told by cases: for each plain form of a value, the condition under which the value is it.

Where threads run in an open order, a value is one of a few forms of the delays, and which one depends on the
order. A value that is kept so is compared case by case, so that what is compared in the end are delays.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from vtsc.symbolic.forms import Atom, Choice, Condition, Interval, Linear
from vtsc.symbolic.terms import Arena

MOST_CASES = 512
"""The number of cases of one form beyond which it is not told by cases."""

Case = tuple[Condition, Linear]
"""A plain form, and the condition under which a value is that."""


class CasesArena(Arena):
    """An arena that tells choices by cases, and knows of some forms that they are not negative."""

    def __init__(self) -> None:
        super().__init__()
        self._of_atoms: dict[int, tuple[Case, ...]] = {}
        self._of_forms: dict[object, tuple[Case, ...] | None] = {}
        self._least: dict[object, int] = {}
        self._ranges: dict[object, Interval] = {}

    def know(self, form: Linear) -> None:
        """Take it from now on as known that a form is not negative."""
        terms, constant = form.key
        if terms:
            self._least[terms] = max(-constant, self._least.get(terms, -constant))
            self._ranges = {}

    @contextmanager
    def knowing(self, forms: list[Linear]) -> Iterator[None]:
        """Take it within this context as known that forms are not negative."""
        least, ranges = dict(self._least), self._ranges
        try:
            for form in forms:
                self.know(form)
            self._ranges = {}
            yield
        finally:
            self._least, self._ranges = least, ranges

    def cases(self, form: Linear) -> tuple[Case, ...] | None:
        """The cases of a form, each plain form once; None where they are too many.

        One of their conditions holds, and no more than one.
        """
        key = form.key
        if key not in self._of_forms:
            self._of_forms[key] = self._told(form)
        return self._of_forms[key]

    def _told(self, form: Linear) -> tuple[Case, ...] | None:
        plain = Linear(
            tuple((a, c) for a, c in form.terms if a.id not in self._of_atoms), form.constant
        )
        if any(isinstance(atom, Choice) for atom, _ in plain.terms):
            return None
        found: tuple[Case, ...] | None = ((self.true, plain),)
        for atom, factor in form.terms:
            if atom.id in self._of_atoms and found is not None:
                found = self._added(found, atom, factor)
        return found

    def _added(self, before: tuple[Case, ...], atom: Atom, factor: int) -> tuple[Case, ...] | None:
        """The cases of a sum."""
        known: dict[object, tuple[Linear, list[Condition]]] = {}
        for guard, form in before:
            for own, leaf in self._of_atoms[atom.id]:
                together = self.conjunction((guard, own))
                if together is not self.false:
                    total = form.plus(leaf, factor)
                    known.setdefault(total.key, (total, []))[1].append(together)
        if len(known) > MOST_CASES:
            return None
        return tuple((self.disjunction(guards), form) for form, guards in known.values())

    def choice(self, test: Condition, then: Linear, otherwise: Linear) -> Linear:
        """See `Arena.choice`; the result has the cases of both sides."""
        if test is self.true or test is self.false or then.key == otherwise.key:
            return super().choice(test, then, otherwise)
        sides = self.cases(then), self.cases(otherwise)
        if sides[0] is None or sides[1] is None:
            return super().choice(test, then, otherwise)
        leaves: dict[object, Linear] = {}
        guards: list[dict[object, Condition]] = []
        for side in sides:
            guards.append({})
            for guard, leaf in side or ():
                leaves.setdefault(leaf.key, leaf)
                guards[-1][leaf.key] = guard
        found = []
        for key in sorted(leaves, key=repr):
            yes, no = (each.get(key, self.false) for each in guards)
            guard = self.branch(test, yes, no)
            if guard is not self.false:
                found.append((guard, leaves[key]))
        return self._of_cases(found)

    def _of_cases(self, found: list[Case]) -> Linear:
        """The value that has these cases; a case whose condition is plainly true is the value."""
        sure = next((leaf for guard, leaf in found if guard is self.true), None)
        if sure is not None:
            return sure
        form = found[-1][1]
        for guard, leaf in reversed(found[:-1]):
            form = super().choice(guard, leaf, form)
        if len(found) > 1:
            self._of_atoms[form.terms[0][0].id] = tuple(found)
        return form

    def at_most_zero(self, form: Linear) -> Condition:
        """See `Arena.at_most_zero`; compared case by case."""
        return self._compared(form, equation=False)

    def is_zero(self, form: Linear) -> Condition:
        """See `Arena.is_zero`; compared case by case."""
        return self._compared(form, equation=True)

    def _compared(self, form: Linear, equation: bool) -> Condition:
        compare = super().is_zero if equation else super().at_most_zero
        cases = self.cases(form)
        if cases is None or len(cases) == 1:
            return compare(form) if cases is None else compare(cases[0][1])
        told = [(guard, compare(leaf)) for guard, leaf in cases]
        if sum(found is self.true for _, found in told) * 2 <= len(told):
            return self.disjunction(map(self.conjunction, told))
        return self.conjunction(
            self.disjunction((self.negation(guard), found)) for guard, found in told
        )

    def quotient(self, form: Linear, divisor: int) -> Linear:
        """See `Arena.quotient`; that of each case, with what is known of it."""
        range_ = self._range(form)
        low, high = range_.lo, range_.hi
        if low is not None and high is not None and low // divisor == high // divisor:
            return Linear((), low // divisor)
        cases = self.cases(form)
        if cases is None or len(cases) == 1:
            return super().quotient(form if cases is None else cases[0][1], divisor)
        known: dict[object, tuple[Linear, list[Condition]]] = {}
        for guard, leaf in cases:
            found = self.quotient(leaf, divisor)
            known.setdefault(found.key, (found, []))[1].append(guard)
        kept = [(self.disjunction(guards), found) for found, guards in known.values()]
        return self._of_cases(kept)

    def _range(self, form: Linear) -> Interval:
        """The least and the greatest value of a form that follow from what is known of it."""
        terms, constant = form.key
        if terms not in self._ranges:
            self._ranges[terms] = self._ranged(Linear(form.terms, 0))
        return self._ranges[terms] + Interval(constant, constant)

    def _ranged(self, form: Linear) -> Interval:
        negative = tuple((a, -c) for a, c in form.key[0])
        high = self._least.get(negative)
        found = form.interval & Interval(
            self._least.get(form.key[0]), None if high is None else -high
        )
        chosen = next((n for n, (a, _) in enumerate(form.terms) if a.id in self._of_atoms), None)
        if chosen is None:
            return found
        atom, factor = form.terms[chosen]
        rest = Linear(form.terms[:chosen] + form.terms[chosen + 1 :], form.constant)
        ranges = [self._range(rest.plus(leaf, factor)) for _, leaf in self._of_atoms[atom.id]]
        every = ranges[0]
        for each in ranges[1:]:
            every = every | each
        return found & every
