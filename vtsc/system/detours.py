"""Detours: pairs of rules that undo each other. No shortest run to a target has one inside.

``first`` then ``second`` leaves every field as it was but for the passing of time, and time can just
as well pass in a later step. A run that has the pair before its last step is therefore two steps
longer than need be. Recognised only in its plainest form: each sets one flag that the other clears.
"""

from vtsc.symbolic.forms import (
    Choice,
    Comparison,
    Condition,
    Constant,
    Flag,
    Junction,
    Linear,
    Negation,
    unknowns,
    walk,
)
from vtsc.symbolic.names import MID
from vtsc.symbolic.values import Truth, Word
from vtsc.system.system import Rule, System


def undoing_pairs(system: System) -> list[tuple[int, int]]:
    """The numbers of all such pairs of rules; none where time does not simply add up."""
    if not _time_adds_up(system):
        return []
    timed = _governs_time(system)
    rules = [(n, r) for n, r in enumerate(system.rules) if not r.updates.keys() & timed]
    return [(a, b) for a, x in rules for b, y in rules if _undone(x, y)]


def _time_adds_up(system: System) -> bool:
    """Whether passing time adds inputs to fields, so that two passings make one.

    What is demanded of inputs alone must hold of sums as well: it has no constant part.
    """
    inputs = {*system.inputs.words, *system.inputs.flags}
    for name, value in system.passing.items():
        if not isinstance(value, Word) or name in unknowns(_added(value.form, system.pre[name])):
            return False
    demands = (c for c in walk([system.passable]) if isinstance(c, Comparison))
    return all(c.form.constant == 0 for c in demands if unknowns([c]) <= inputs)


def _added(form: Linear, field: Word) -> list[Linear | Condition]:
    """The terms that passing time adds to a field in each case, and the conditions of the cases."""
    if len(form.terms) == 1 and not form.constant:
        ((atom, c),) = form.terms
        if isinstance(atom, Choice) and c == 1:
            cases = _added(atom.then, field) + _added(atom.otherwise, field)
            return [atom.condition, *cases]
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
    if isinstance(condition, Junction) and condition.conjunction:
        return condition.operands
    return (condition,)
