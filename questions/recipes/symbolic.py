"""Runs a recipe for all delays at once, and states its claims as conditions on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from model.today import Rules
from questions.recipes.cases import CasesArena
from questions.recipes.lasts import Lasts
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
from vtsc.symbolic.values import Truth, Word, lift_truth, lift_word


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
    flags: Mapping[tuple[int, int], tuple[Condition, Condition]]
    """Of two steps whose order is open, whether the first may come first, and whether the other one may.

    Which one does is an unknown, see `first_flag`.
    """
    lasts: Lasts
    """Which of some threads is the last one is unknown, too."""

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


def first_flag(one: int, other: int) -> str:
    """The name of the unknown that one step comes before another, by their numbers."""
    return f"first!{one}!{other}"


class _Order:
    """The order of steps as unknowns that agree with the times at which they take place.

    Of steps that take place at the same time, either may come first.
    """

    def __init__(self, arena: CasesArena) -> None:
        self._arena = arena
        self.met: dict[tuple[int, int], tuple[Condition, Condition]] = {}

    def first(self, one: int, other: int, time: Any, others_time: Any) -> Any:
        arena = self._arena
        may, may_not = (lift_truth(arena, x) for x in (time <= others_time, others_time <= time))
        if may is arena.false or may_not is arena.false:
            return may is not arena.false
        self.met[one, other] = may, may_not
        found = arena.flag(first_flag(one, other))
        Truth(arena, arena.branch(found, may, may_not)).require()
        return Truth(arena, found)

    @contextmanager
    def knowing(self, later: Any, earlier: Sequence[Any]) -> Iterator[None]:
        with self._arena.knowing([self._passed(later, each) for each in earlier]):
            yield

    def know(self, later: Any, earlier: Sequence[Any]) -> None:
        for each in earlier:
            self._arena.know(self._passed(later, each))

    def _passed(self, later: Any, earlier: Any) -> Linear:
        forms = [lift_word(self._arena, each).form for each in (later, earlier)]
        return forms[0].plus(forms[1], -1)


def run(script: Script, rules: Rules, arena: Arena) -> Run:
    """Run a script whose gaps have names, and whose threads are in order, with terms of an arena.

    Of a `CasesArena`, threads may be open.
    """
    delays: dict[str, Linear] = {}

    def delay(gap: Gap) -> Any:
        if gap.low == gap.high:
            return gap.low
        form = arena.variable(gap.name, gap.low, gap.high)
        delays[gap.name] = form
        return Word(arena, form)

    order = _Order(arena) if isinstance(arena, CasesArena) else None
    lasts = Lasts(arena)
    world, legal = _whole(arena, partial(played, script, rules, delay, order=order, last=lasts))
    return Run(script, world, arena, delays, legal, order.met if order else {}, lasts)


def _whole(arena: Arena, function: Callable[[], Any]) -> tuple[Any, Condition]:
    """The result of a function that is run for all values at once, its pieces being merged."""
    tree = explore(arena, function, Anything())
    assert isinstance(tree, Leaf), "every piece that may go several ways is run apart"
    legal = arena.false if tree.outcome is None else arena.conjunction(tree.assumptions)
    return tree.outcome, legal
