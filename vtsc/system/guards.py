"""The fields that decide which calls are possible: those on which the guard of some call depends."""

from collections.abc import Callable
from functools import partial
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.state import Field, Value
from vtsc.stores.guard import Guard
from vtsc.symbolic.fields import unknown
from vtsc.symbolic.forms import Condition, unknowns
from vtsc.symbolic.paths import Feasibility, explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import Fork, Tree
from vtsc.symbolic.values import lift_truth
from vtsc.system.watched import Watched


def guarding(machine: Any, feasibility: Callable[[Arena], Feasibility]) -> frozenset[str]:
    """The names of these fields."""
    arena = Arena()
    state = Watched(Guard(machine, []), [])
    possible = feasibility(arena)

    def fresh(name: str, field: Field) -> Value:
        return unknown(field, arena, name, machine.sizes)

    def holds(call: Call) -> Condition:
        state.begin()
        state.fill(fresh)
        return lift_truth(arena, machine.enabled(state.inner, call))

    found: set[str] = set()
    for call in machine.calls():
        tree = explore(arena, partial(holds, call), possible, doubts=[], strict=False)
        found |= {name.partition("=")[0] for name in unknowns(_conditions(tree))}
    return frozenset(found)


def _conditions(tree: Tree[Condition]) -> list[Condition]:
    """Everything that a tree's outcome depends on."""
    if isinstance(tree, Fork):
        return [tree.test, *_conditions(tree.then), *_conditions(tree.otherwise)]
    return [*tree.assumptions, *([] if tree.outcome is None else [tree.outcome])]
