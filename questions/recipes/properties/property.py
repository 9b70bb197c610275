"""What a property of recipes is, and what its claim may look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from questions.recipes.script import Script
from questions.recipes.world import KHZ, Notes, World
from vtsc.language import apart, both, cdiv, either, s64

MS = 10**6
SECOND = 10**9
INCLUDE, EXCLUDE = "include", "exclude"
Parameters = Mapping[str, int | str]


@dataclass(frozen=True)
class RecipeProperty:
    """A property: its claim about a run that has ended, with its parameters and their defaults.

    ``title``: the claim in a line. ``failing``: what it means for a guest that it fails. ``sometimes``: what
    has to happen in some run, since without it the claim says nothing; ``otherwise``: the reason where it
    never does. Durations are ns.
    """

    name: str
    title: str
    claim: Callable[["Seen", Parameters], Any]
    parameters: Parameters = field(default_factory=dict)
    failing: str = ""
    sometimes: Callable[["Seen", Parameters], Any] = lambda seen, parameters: bool(seen.ran)
    otherwise: str = "no vCPU runs after it was stopped"


@dataclass(frozen=True)
class Seen:
    """A run that has ended, as claims look at it."""

    world: World

    @property
    def script(self) -> Script:
        """The recipe that was run."""
        return self.world.script

    @property
    def ran(self) -> Sequence[int]:
        """The vCPUs that have run after the guest was stopped."""
        return tuple(self.world.ran)

    def at(self, when: str, what: str, vcpu: int) -> Any:
        """What a vCPU saw at ``p``, its last instruction before, or ``q``, its first one after."""
        return self.world.notes.get(f"{when}.{what}.{vcpu}")

    def advance(self, what: str, vcpu: int) -> Any:
        """By how much ``tsc``, ``clock`` or ``reference`` has advanced from p to q; it may be negative.

        The TSC's cycles are given in ns.
        """
        found = s64(self.at("q", what, vcpu) - self.at("p", what, vcpu))
        return self.ns(found) if what == "tsc" else found

    def ns(self, cycles: Any) -> Any:
        """Cycles of the guest as ns."""
        return cycles if self.world.khz == KHZ else cdiv(cycles * KHZ, self.world.khz)

    def pages(self) -> Iterator[Any]:
        """What each stop and each run read from kvmclock's page, in their order."""
        return iter(self.noted("read.page").values())

    def is_first(self, vcpu: int) -> Any:
        """Whether a vCPU was created before all others that exist."""
        made, created = self.world.creations, self.world.created
        if not self.world.before or vcpu not in made:
            return vcpu == created[0]
        before: Any = True
        for other in created:
            if other != vcpu:
                before = both(before, self.comes_before(made[vcpu], made[other]))
        return before

    def comes_before(self, one: int, other: int) -> Any:
        """Whether a step comes before another, by their numbers."""
        return self.world.before.get((one, other), one < other)

    def noted(self, what: str) -> Mapping[int, Any]:
        """What was noted of each step that has it, by the step's number, in the order of steps."""
        notes = vars(self.world.notes)
        names = ((number, f"{what}.{number}") for number in self.world.calls)
        return {number: notes[name] for number, name in names if name in notes}

    def note(self, name: str) -> Any:
        """A noted value."""
        return self.world.notes.get(name)


def number(parameters: Parameters, name: str) -> int:
    """A parameter that is a duration or another number."""
    return int(parameters[name])


def within(value: Any, limit: int) -> Any:
    """Whether a signed number is at most ``limit`` away from 0."""
    return bool(value <= limit) and bool(value >= -limit)


def uses_kvmclock(seen: Seen, parameters: Parameters) -> bool:
    """Whether the guest uses kvmclock, and runs after it was stopped."""
    return bool(seen.ran) and seen.script.guest.kvmclock


NO_KVMCLOCK = "the guest does not use kvmclock, or no vCPU runs after it was stopped"
"""The reason where that never happens."""


def two_run(seen: Seen, parameters: Parameters) -> bool:
    """Whether one of at least two vCPUs runs after it was stopped."""
    return bool(seen.ran) and len(seen.world.created) > 1


ONE_VCPU = "there is one vCPU alone, or none runs after it was stopped"
"""The reason where that never happens."""


def for_all(items: Iterable[int], holds: Callable[[int], Any]) -> Any:
    """Whether a claim holds of every item. Its ways do not multiply from one item to the next."""
    every: Any = True
    for found in _each(items, holds):
        every = both(every, found)
    return every


def for_some(items: Iterable[int], holds: Callable[[int], Any]) -> Any:
    """Whether a claim holds of some item, likewise."""
    return either(_each(items, holds))


def _each(items: Iterable[int], holds: Callable[[int], Any]) -> Iterator[Any]:
    """Whether a claim holds, of each item by itself."""
    notes = Notes()
    for item in items:
        notes.put("one", True)
        apart(partial(_look, notes, holds, item), notes)
        yield notes.get("one")


def _look(notes: Notes, holds: Callable[[int], Any], item: int) -> None:
    notes.put("one", holds(item))
