"""Runs a recipe for all delays at once, and states its claims as conditions on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from model.today import Rules
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Parameters, Seen
from questions.recipes.running import played
from questions.recipes.script import Gap, Script, Wanted
from questions.recipes.world import Notes, World
from vtsc.language import apart
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.paths import Anything, explore
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import Leaf
from vtsc.symbolic.values import Word, lift_truth


@dataclass(frozen=True)
class Run:
    """A recipe in one order, run for all delays. ``legal``: the recipe goes this way at all.

    ``world`` is None where it never does.
    """

    script: Script
    world: World | None
    arena: Arena
    delays: Mapping[str, Linear]
    legal: Condition

    def claim(self, wanted: Wanted) -> Condition:
        """The condition on the delays under which a property holds."""
        return self._condition(PROPERTIES[wanted.name].claim, wanted)

    def sometimes(self, wanted: Wanted) -> Condition:
        """The condition on the delays under which a property says anything."""
        return self._condition(PROPERTIES[wanted.name].sometimes, wanted)

    def _condition(self, claim: Callable[[Seen, Parameters], Any], wanted: Wanted) -> Condition:
        parameters = {**PROPERTIES[wanted.name].parameters, **wanted.parameters}
        notes = Notes()
        world = self.world
        if world is None:
            return self.arena.true

        def look() -> None:
            notes.put("holds", claim(Seen(world), parameters))

        notes.put("holds", True)
        _whole(self.arena, lambda: apart(look, notes))
        return lift_truth(self.arena, notes.get("holds"))


def run(script: Script, rules: Rules, arena: Arena) -> Run:
    """Run a script whose gaps have names, and which has no threads, with terms of an arena."""
    delays: dict[str, Linear] = {}

    def delay(gap: Gap) -> Any:
        if gap.low == gap.high:
            return gap.low
        form = arena.variable(gap.name, gap.low, gap.high)
        delays[gap.name] = form
        return Word(arena, form)

    world, legal = _whole(arena, partial(played, script, rules, delay))
    return Run(script, world, arena, delays, legal)


def _whole(arena: Arena, function: Callable[[], Any]) -> tuple[Any, Condition]:
    """The result of a function that is run for all values at once, its pieces being merged."""
    tree = explore(arena, function, Anything())
    assert isinstance(tree, Leaf), "every piece that may go several ways is run apart"
    legal = arena.false if tree.outcome is None else arena.conjunction(tree.assumptions)
    return tree.outcome, legal
