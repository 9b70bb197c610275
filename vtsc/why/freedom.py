"""The inputs of a run that matter: whatever is drawn for the others, it violates its property."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Any

from vtsc.content.case import Case
from vtsc.evidence.trace import Trace
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Inputs, Ratio
from vtsc.language.words import INPUT_LIMIT, Illegal
from vtsc.native.inputs import Drawn, Solved
from vtsc.why.again import Recording
from vtsc.why.cause import recording

DRAWS = 8
"""The number of runs that are drawn before an input is said not to matter."""
TRIES = 24
"""The number of draws after which it is said to matter, where too few of them are runs."""
Place = tuple[int, str]
"""A step (from 1; 0 is the start) and the name of an input."""


class Mixed:
    """Inputs of which some are drawn, and the others are those of a run."""

    def __init__(self, given: Inputs, drawn: Inputs, names: Collection[str]) -> None:
        self._given, self._drawn, self._names = given, drawn, names

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
    machine: Any
    monitor: Monitor
    run: Recording
    typical: int

    def violates(self, free: Collection[Place], random: Random) -> bool | None:
        """Whether a run violates in which ``free`` inputs are drawn; None where it is no run."""
        machine, state = self.machine, self.machine.state()
        ghosts = self.monitor.ghosts(machine)
        violated = False
        try:
            machine.initialise(state, self._inputs(0, free, random))
            for step, call in enumerate(self.run.calls, 1):
                inputs = self._inputs(step, free, random)
                machine.advance(state, inputs)
                taken = machine.perform(state, call, inputs)
                violated |= self.monitor.answer(machine, state, ghosts, taken)
        except Illegal:
            return None
        return violated

    def _inputs(self, step: int, free: Collection[Place], random: Random) -> Mixed:
        given = self.run.inputs[step - 1] if step else self.run.initial
        names = {name for at, name in free if at == step}
        return Mixed(Solved(given), Drawn(random, self.typical), names)

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
    trials = _Trials(case.new_machine(), case.monitor(trace.property), run, typical)
    every = [
        (step, name) for step, given in enumerate([run.initial, *run.inputs]) for name in given
    ]
    free: list[Place] = []
    for place in every:
        if trials.are_free([place]) and trials.are_free([*free, place]):
            free.append(place)
    return tuple(place for place in every if place not in free)
