"""The inputs of a run that matter: whatever is drawn for the others, it violates its property."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from vtsc.content.case import Case
from vtsc.evidence.trace import Trace
from vtsc.language.inputs import Inputs, Ratio
from vtsc.language.words import INPUT_LIMIT
from vtsc.native.inputs import Drawn
from vtsc.why.again import Again, Blocked, Given, Recording, as_recorded
from vtsc.why.cause import recording

DRAWS = 5
"""The number of runs that are drawn before an input is said not to matter."""
TRIES = 15
"""The number of draws after which it is said to matter, where too few of them are runs."""
Place = tuple[int, str]
"""A step (from 1; 0 is the start) and the name of an input."""


class Mixed:
    """Inputs of which some are drawn, and the others are those of a run."""

    def __init__(self, given: Inputs, drawn: Inputs, names: Collection[str]) -> None:
        self._given, self._drawn, self._names = given, drawn, names

    @property
    def used(self) -> dict[str, int | bool]:
        """The choices made so far."""
        return {**self._given.used, **self._drawn.used}

    def _of(self, name: str) -> Inputs:
        return self._drawn if name in self._names else self._given

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        most = his or (INPUT_LIMIT - 1,)  # what has no upper limit is drawn from all that there is
        return self._of(name).word(name, lo, *most, multiple_of=multiple_of)

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self._of(name).between(name, low, high)

    def flag(self, name: str) -> bool:
        return self._of(name).flag(name)


@dataclass
class _Trials:
    again: Again
    run: Recording
    typical: int

    def violates(self, free: Collection[Place], random: Random) -> bool | None:
        """Whether a run violates in which ``free`` inputs are drawn; None where it is no run."""

        def source(step: int, given: Given) -> Mixed:
            names = {name for at, name in free if at == step}
            return Mixed(as_recorded(step, given), Drawn(random, self.typical), names)

        try:
            return self.again.play(self.run, bridge=False, source=source, states=False).violated
        except Blocked:
            return None

    def are_free(self, free: Collection[Place]) -> bool:
        """Whether as many runs as it takes violate, whatever is drawn."""
        random, legal = Random(0), 0
        for _ in range(TRIES):
            violated = self.violates(free, random)
            if violated is False:
                return False
            legal += violated is not None
            if legal == DRAWS:
                return True
        return False


def mattering(case: Case, trace: Trace) -> tuple[Place, ...]:
    """The inputs that matter, in order: with all others drawn at random, every run tried violates.

    Each of the others was drawn alone, too.
    """
    run = recording(trace)
    typical = case.content.model.typical_input
    again = Again(case.new_machine(), case.monitor(trace.property))
    trials = _Trials(again, run, typical)
    every = [
        (step, name) for step, given in enumerate([run.initial, *run.inputs]) for name in given
    ]
    free: list[Place] = []
    for place in every:
        if trials.are_free([place]) and (not free or trials.are_free([*free, place])):
            free.append(place)
    return tuple(place for place in every if place not in free)
