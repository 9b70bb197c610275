"""A normal form of rules' conditions: where they allow an index only one value, they name that value.

A choice among items reaches the last one by excluding all others, and which one is last depends on the order
of instances.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vtsc.symbolic.forms import Condition, Flag, Junction, Negation
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Index
from vtsc.system.system import System

Members = Mapping[int, Condition]
"""For each value of an index, the condition that it has this value."""


class Normal:
    """The rules of a system in that form, and the assumptions under which the form is equivalent."""

    def __init__(self, system: System) -> None:
        self._arena: Arena = system.arena
        self._members: dict[int, tuple[str, int]] = {}
        self._indices: dict[str, Members] = {}
        for name, value in system.mid.items():
            if isinstance(value, Index) and system.slots[name].field.of:
                self._indices[name] = value.members
                self._members |= {c.id: (name, i) for i, c in value.members.items()}
        self.granted: list[Condition] = []
        """Conditions that must be impossible: in such a state an index has a value that names no instance."""
        rules = (replace(r, condition=self._normal(r.condition)) for r in system.rules)
        self.rules = [r for r in rules if r.condition is not self._arena.false]

    def _normal(self, condition: Condition) -> Condition:
        parts = _parts(condition)
        excluded: dict[str, set[int]] = {}
        has: set[str] = set()
        for part in parts:
            if isinstance(part, Flag) and part.id in self._members:
                name = self._members[part.id][0]
                if name in has:
                    return self._arena.false  # two values at once
                has.add(name)
            elif isinstance(part, Negation) and part.operand.id in self._members:
                name, value = self._members[part.operand.id]
                excluded.setdefault(name, set()).add(value)
        said: dict[str, Condition] = {}
        for name, values in excluded.items():
            if name not in has:
                self._only_one(condition, name, values, said)
        known = has | said.keys()
        kept = [part for part in parts if not self._excludes(part, known)]
        return self._arena.conjunction([*kept, *said.values()])

    def _only_one(
        self, condition: Condition, name: str, values: set[int], said: dict[str, Condition]
    ) -> None:
        """Add the condition that an index has its only value left, where all others are excluded."""
        members = self._indices[name]
        left = [i for i in members if i not in values]
        named = left if len(left) == 1 else [i for i in left if i >= 0]
        if len(named) == 1:
            said[name] = members[named[0]]
            others = (members[i] for i in left if i not in named)
            self.granted += [self._arena.conjunction((condition, c)) for c in others]

    def _excludes(self, part: Condition, known: set[str]) -> bool:
        """Whether a part excludes a value of an index whose value is known."""
        if not isinstance(part, Negation) or part.operand.id not in self._members:
            return False
        return self._members[part.operand.id][0] in known


def _parts(condition: Condition) -> Sequence[Condition]:
    if isinstance(condition, Junction) and condition.conjunction:
        return condition.operands
    return (condition,)
