"""Where a claim fails in some order of threads whose order is open, and where it fails in none.

That it fails in some order is one condition on delays and on unknowns that say which step is first. That it
fails in none is said for as many ways of ordering steps at one time as are needed: between steps at different
times, the delays leave no choice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from questions.recipes.orders import numbered, settled
from questions.recipes.remembering import is_true
from questions.recipes.script import Script
from questions.recipes.symbolic import Run, first_flag
from vtsc.solver.asking import Asking
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import lift_truth

Delays = Mapping[str, int]


def in_order(run: Run, asking: Asking, delays: Delays) -> Script:
    """The script in an order in which what a solver knows holds for delays; there has to be one."""
    arena = run.arena
    known = [
        arena.is_zero(form.plus(Linear((), -delays[name]))) for name, form in run.delays.items()
    ]

    def first(one: int, others: Sequence[int]) -> bool:
        before = run.world.before if run.world else {}
        wanted = [lift_truth(arena, before[one, other]) for other in others]
        if not asking.possible(*known, *wanted):
            return False
        known.extend(wanted)
        return True

    return settled(run.script, lambda gap: delays.get(gap.name, gap.low), first)


class AnyOrder:
    """A claim's failing in a run with open threads. ``ask`` makes a solver that knows some conditions."""

    def __init__(self, run: Run, failing: Condition, ask: Callable[..., Asking]) -> None:
        self.run = run
        self.failing = failing
        self.ask = ask
        self.instances: list[Condition] = []
        """That it fails, by some ways of ordering steps at one time; conditions on delays alone."""
        self._somewhere = ask(failing)
        self._add({})

    @property
    def never(self) -> Condition:
        """The condition that it fails by none of those ways."""
        return self.run.arena.conjunction(map(self.run.arena.negation, self.instances))

    def atoms(self) -> Iterator[Condition]:
        """Conditions in which all comparisons are that can decide about the claim."""
        yield self.instances[0]
        for pair in self.run.flags.values():
            yield from pair

    def refuted(self, delays: Delays) -> bool:
        """Whether it fails in some order for delays; that way of ordering is added."""
        if not any(all(is_true(x, delays) for x in pair) for pair in self.run.flags.values()):
            return False  # no two steps are at one time, and all that the first way says is known
        arena = self.run.arena
        fixed = (
            arena.is_zero(form.plus(Linear((), -delays[name])))
            for name, form in self.run.delays.items()
        )
        if not self._somewhere.possible(*fixed):
            return False
        order = numbered(in_order(self.run, self._somewhere, delays))
        self._add({number: place for place, number in enumerate(order)})
        return True

    def _add(self, places: Mapping[int, int]) -> None:
        """Add what the failing is where steps at one time are in the order of their places."""
        arena, chosen = self.run.arena, {}
        for (one, other), (may, may_not) in self.run.flags.items():
            earlier = places.get(one, one) < places.get(other, other)
            chosen[first_flag(one, other)] = may if earlier else arena.negation(may_not)
        self.instances.append(Substitution(arena, {}, chosen).condition(self.failing))


class Never:
    """Asks about delays for which a claim fails in no order, as `Asking` does about others."""

    def __init__(self, ways: AnyOrder, *known: Condition) -> None:
        self._ways = ways
        self._asking = ways.ask(*known)
        self._known = 0
        self.asked = 0
        """The number of questions so far."""

    def know(self, condition: Condition) -> None:
        """Take it from now on as known that a condition holds."""
        self._asking.know(condition)

    def possible(self, *conditions: Condition) -> bool:
        """Whether all conditions can hold together."""
        return self.values(*conditions) is not None

    def values(self, *conditions: Condition) -> dict[str, int] | None:
        """Values with which all conditions hold together; None where there are none."""
        self.asked += 1
        while True:
            for instance in self._ways.instances[self._known :]:
                self._asking.know(self._ways.run.arena.negation(instance))
            self._known = len(self._ways.instances)
            found = self._asking.values(*conditions)
            if found is None or not self._ways.refuted(found):
                return found
