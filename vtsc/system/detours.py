"""Detours: pairs of rules that undo each other. No shortest run to a target has one inside.

``first`` then ``second`` leaves every field as it was but for the passing of time, and time can just
as well pass in a later step. A run that has the pair before its last step is therefore two steps
longer than need be. Detours are recognised in one form only: the second rule puts back the one flag that
the first one changes.
"""

from collections.abc import Sequence
from itertools import combinations

from vtsc.base import width
from vtsc.language.state import Value
from vtsc.symbolic.forms import (
    Choice,
    Comparison,
    Condition,
    Constant,
    Flag,
    Junction,
    Linear,
    Negation,
    Variable,
    unknowns,
    walk,
)
from vtsc.symbolic.names import MID
from vtsc.symbolic.values import Truth, Word, parts
from vtsc.system.system import Rule, System


def undoing_pairs(system: System) -> list[tuple[int, int]]:
    """The numbers of all such pairs of rules; none where time does not simply add up."""
    if not time_adds_up(system) or steps_see_time(system):
        return []
    timed = _governs_time(system) | {n for n, v in system.passing.items() if constant(v)}
    rules = [(n, r) for n, r in enumerate(system.rules) if not r.updates.keys() & timed]
    return [(a, b) for a, x in rules for b, y in rules if _undone(x, y)]


def steps_see_time(system: System) -> bool:
    """Whether some rule depends on how much time has just passed, and could no longer apply after more.

    A demand that enough time has passed is no such dependence.
    """
    names = time_inputs(system)
    for rule in system.rules:
        stored = [part for value in rule.updates.values() for part in parts(value)]
        if names & unknowns([*rule.targets.values(), *stored]):
            return True
        seen = (c for c in _conjuncts(rule.condition) if names & unknowns([c]))
        if not all(_wants_more(condition, names) for condition in seen):
            return True
    return False


def _wants_more(condition: Condition, inputs: set[str]) -> bool:
    """Whether a condition stays true where some of the inputs grow, as ``5 <= a + b`` does."""
    if not isinstance(condition, Comparison) or condition.equation:
        return False
    return _moves(condition.form, inputs, -1)


def _moves(form: Linear, inputs: set[str], sign: int) -> bool:
    """Whether a form never moves against ``sign`` where inputs grow, whichever of its cases applies."""
    for atom, c in form.terms:
        if not inputs & unknowns([Linear(((atom, c),), 0)]):
            continue
        towards = sign if c > 0 else -sign
        if isinstance(atom, Choice):
            cases = (atom.then, atom.otherwise)
            if inputs & unknowns([atom.condition]):
                return False
            if not all(_moves(case, inputs, towards) for case in cases):
                return False
        elif not isinstance(atom, Variable) or towards < 0:
            return False
    return True


def time_inputs(system: System) -> set[str]:
    """The inputs with which time passes."""
    passing = [part for value in system.passing.values() for part in parts(value)]
    return unknowns([system.passable, *passing]) & {*system.inputs.words, *system.inputs.flags}


def time_adds_up(system: System) -> bool:
    """Whether passing time adds inputs to fields, so two passings make one; no when in doubt.

    It may also give a field a constant, which two passings do as one does.
    """
    adding = (v for v in system.passing.values() if not constant(v))
    return all(isinstance(v, Word) for v in adding) and _Time(system).adds_up()


def constant(value: Value) -> bool:
    """Whether a value is the same in all states."""
    return not unknowns(parts(value))


class _Time:
    """The passing of time in a system, all of whose moved fields are words."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._inputs = {*system.inputs.words, *system.inputs.flags}
        self._parts = {
            name: _added(value.form, system.pre[name])
            for name, value in system.passing.items()
            if isinstance(value, Word) and not constant(value)
        }
        """For each field that time moves, what is added to it in each case, and the cases' conditions."""

    def adds_up(self) -> bool:
        """Whether the same is added in two passings as in one, and one is allowed where two are."""
        parts = [part for parts in self._parts.values() for part in parts]
        return all(map(self._additive, parts)) and self._allows_sums(self._system.passable, ())

    def _additive(self, part: Linear | Condition) -> bool:
        """Whether only multiples of unbounded inputs are added, in cases that no passing decides."""
        if not isinstance(part, Linear):
            return not self._timed(part)
        return part.constant == 0 and all(
            isinstance(atom, Variable)
            and atom.name in self._system.inputs.words
            and _is_unbounded(atom)
            for atom, _ in part.terms
        )

    def _timed(self, condition: Condition) -> bool:
        """Whether a condition is about inputs, or about fields that time moves."""
        names = {name.split("=")[0] for name in unknowns([condition])}
        return bool(names & (self._inputs | self._system.passing.keys()))

    def _allows_sums(self, demand: Condition, case: tuple[Condition, ...]) -> bool:
        """Whether a demand holds of the sum of two passings if it held of the one and then of the other.

        A demand on fields alone held when the first passing began. Where one of several demands must
        hold, it is the same one for both passings: fields that no passing moves tell which.
        """
        if not unknowns([demand]) & self._inputs:
            return True
        if isinstance(demand, Comparison):
            return self._is_sum(demand.form, case)
        if isinstance(demand, Negation):
            operand = demand.operand
            if isinstance(operand, Comparison) and not operand.equation:
                return self._is_sum(operand.form, case)
            return False
        if not isinstance(demand, Junction):
            return False
        if demand.conjunction:
            case = (*case, *(x for x in demand.operands if not self._timed(x)))
            return all(self._allows_sums(x, case) for x in demand.operands)
        timed = [x for x in demand.operands if self._timed(x)]
        told = all(self._told_apart(a, b) for a, b in combinations(timed, 2))
        return told and all(self._allows_sums(x, case) for x in timed)

    def _told_apart(self, a: Condition, b: Condition) -> bool:
        """Whether the one demands something of fields that no passing moves, and the other its opposite."""
        ours, theirs = ([x for x in _conjuncts(c) if not self._timed(x)] for c in (a, b))
        return any(_opposites(x, y) for x in ours for y in theirs)

    def _is_sum(self, form: Linear, case: Sequence[Condition]) -> bool:
        """Whether a form is about sums of inputs, or about fields after the passing and such that stay."""
        factors = {atom.name: c for atom, c in form.terms if isinstance(atom, Variable)}
        if len(factors) < len(form.terms):
            return False
        inputs = (atom for atom, _ in form.terms if isinstance(atom, Variable))
        if not all(map(_is_unbounded, (atom for atom in inputs if atom.name in self._inputs))):
            return False
        if factors.keys() <= self._inputs:
            return form.constant == 0
        after = Linear((), 0)
        for name in factors.keys() & self._parts.keys():
            added = self._added_in(name, case)
            if added is None:
                return False
            after = after.plus(added, factors[name])
        expected = {atom.name: c for atom, c in after.terms if isinstance(atom, Variable)}
        return expected == {name: c for name, c in factors.items() if name in self._inputs}

    def _added_in(self, name: str, case: Sequence[Condition]) -> Linear | None:
        """The form that is added to a field in a case; None where the case does not tell."""
        (form,) = (
            v.form for n, v in self._system.passing.items() if n == name and isinstance(v, Word)
        )
        while (choice := _choice(form)) is not None:
            if any(x is choice.condition for x in case):
                form = choice.then
            elif any(_opposites(x, choice.condition) for x in case):
                form = choice.otherwise
            else:
                return None
        field = self._system.pre[name]
        assert isinstance(field, Word)
        return form.plus(field.form, -1)


def _is_unbounded(unknown: Variable) -> bool:
    """Whether a word has no upper bound but the one that all inputs have."""
    return unknown.interval.hi is None or unknown.interval.hi >= width.INPUT_LIMIT - 1


def _opposites(a: Condition, b: Condition) -> bool:
    """Whether the one is the negation of the other."""
    return any(isinstance(x, Negation) and x.operand is y for x, y in ((a, b), (b, a)))


def _choice(form: Linear) -> Choice | None:
    """The choice that a form consists of, if it does."""
    if len(form.terms) == 1 and not form.constant:
        ((atom, c),) = form.terms
        if isinstance(atom, Choice) and c == 1:
            return atom
    return None


def _added(form: Linear, field: Value) -> list[Linear | Condition]:
    """The terms that passing time adds to a field in each case, and the conditions of the cases."""
    choice = _choice(form)
    if choice is not None:
        cases = _added(choice.then, field) + _added(choice.otherwise, field)
        return [choice.condition, *cases]
    assert isinstance(field, Word)
    return [form.plus(field.form, -1)]


def _governs_time(system: System) -> set[str]:
    """The fields on which it depends how time passes."""
    values = ((n, v) for n, v in system.passing.items() if isinstance(v, Word))
    found = unknowns([x for n, v in values for x in _added(v.form, system.pre[n])])
    found |= {c.name for c in walk([system.passable]) if isinstance(c, Flag)}
    return {name.split("=")[0] for name in found}


def _undone(first: Rule, second: Rule) -> bool:
    """Whether ``second`` puts back the one flag that ``first`` changes."""
    if len(first.updates) != 1 or first.updates.keys() != second.updates.keys():
        return False
    (name,) = first.updates
    there, back = _constant(first.updates[name]), _constant(second.updates[name])
    if there is None or back is None or there == back:
        return False
    return any(_says(c, name, back) for c in _conjuncts(first.condition))


def _constant(value: object) -> bool | None:
    if isinstance(value, Truth) and isinstance(value.condition, Constant):
        return value.condition.value
    return None


def _says(condition: Condition, name: str, value: bool) -> bool:
    """Whether a condition is the field's flag itself, or its negation where ``value`` is false."""
    if isinstance(condition, Negation):
        return not value and _says(condition.operand, name, True)
    return value and isinstance(condition, Flag) and condition.name in (name, name + MID)


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that have to hold all together."""
    if isinstance(condition, Junction) and condition.conjunction:
        return condition.operands
    return (condition,)
