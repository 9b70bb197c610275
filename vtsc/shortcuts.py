"""Shortcuts: pairs of calls that undo each other, so that no shortest run to a target has them inside.

``first`` then ``second`` leaves every field as it was but for the passing of time, and time can just
as well pass in a later step. A run that has the pair before its last step is therefore two steps
longer than need be. Recognised only in its plainest form: each sets one flag that the other clears.
"""

from vtsc.symbolic import Truth, Word
from vtsc.system import MID, Rule, System
from vtsc.terms import Condition, Constant, Flag, Junction, Negation, unknowns


def undoing_pairs(system: System) -> list[tuple[int, int]]:
    """The numbers of all such pairs of calls; none where time does not simply add up."""
    if not _time_adds_up(system):
        return []
    rules: dict[int, list[Rule]] = {}
    for rule in system.rules:
        rules.setdefault(rule.call, []).append(rule)
    return [
        (a, b)
        for a in rules
        for b in rules
        if a != b and all(_undone(x, y) for x in rules[a] for y in rules[b])
    ]


def _time_adds_up(system: System) -> bool:
    """Whether passing time adds inputs to fields, and nothing else."""
    inputs = set(system.inputs.words)
    for name, value in system.passing.items():
        if not isinstance(value, Word):
            return False
        step = value.form.plus(system.pre[name].form, -1)
        if not unknowns([step]) <= inputs:
            return False
    return True


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
