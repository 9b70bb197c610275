"""The inputs of a run that matter: whatever is drawn for the others, it violates its property."""

from collections.abc import Collection
from random import Random
from typing import Any, NamedTuple

from vtsc.content.case import Case
from vtsc.evidence.trace import Trace
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Inputs, Ratio
from vtsc.language.words import INPUT_LIMIT, Illegal
from vtsc.native.inputs import Drawn
from vtsc.why.again import Given, Recording, Source, as_recorded
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


class _Before(NamedTuple):
    """What there was before a step: the state, the ghosts, and whether a step has violated."""

    state: list[dict[str, Any]]
    ghosts: dict[str, dict[str, Any]]
    violated: bool


class _Trials:
    """Runs like a recorded one, each of them taken from the first step on in which an input is drawn."""

    def __init__(self, machine: Any, monitor: Monitor, run: Recording, typical: int) -> None:
        self._machine, self._monitor, self._run, self._typical = machine, monitor, run, typical
        self._state = machine.state()
        self._ghosts = monitor.ghosts(machine)
        self._before = [self._now(violated=False)]
        """What there was before the start, and before each step of the recorded run."""
        self._go_on(0, as_recorded, noting=True)

    def _now(self, *, violated: bool) -> _Before:
        ghosts = {name: dict(vars(ghost)) for name, ghost in self._ghosts.items()}
        return _Before(self._state.saved(), ghosts, violated)

    def _return_to(self, before: _Before) -> None:
        self._state.restore(before.state)
        for name, values in before.ghosts.items():
            vars(self._ghosts[name]).update(values)

    def _go_on(
        self, first: int, source: Source, *, violated: bool = False, noting: bool = False
    ) -> bool:
        """Take all steps from ``first`` on, which is 0 for the start; returns whether any has violated."""
        machine, state, run = self._machine, self._state, self._run
        if first == 0:
            machine.initialise(state, source(0, run.initial))
        for number in range(max(first, 1), len(run.calls) + 1):
            if noting:
                self._before.append(self._now(violated=violated))
            call, given = run.calls[number - 1], source(number, run.inputs[number - 1])
            machine.advance(state, given)
            step = machine.perform(state, call, given)
            violated |= bool(self._monitor.answer(machine, state, self._ghosts, step))
        return violated

    def violates(self, free: Collection[Place], random: Random) -> bool | None:
        """Whether a run violates in which ``free`` inputs are drawn; None where it is no run."""

        def source(step: int, given: Given) -> Mixed:
            names = {name for at, name in free if at == step}
            return Mixed(as_recorded(step, given), Drawn(random, self._typical), names)

        first = min(step for step, _ in free)
        before = self._before[first]
        self._return_to(before)
        try:
            return self._go_on(first, source, violated=before.violated)
        except Illegal:
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
    trials = _Trials(case.new_machine(), case.monitor(trace.property), run, typical)
    every = [
        (step, name) for step, given in enumerate([run.initial, *run.inputs]) for name in given
    ]
    free: list[Place] = []
    for place in every:
        if trials.are_free([place]) and (not free or trials.are_free([*free, place])):
            free.append(place)
    return tuple(place for place in every if place not in free)
