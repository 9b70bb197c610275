"""Plain runs for validation: seeded, biased to rare calls, begun at random starts or along known runs.

When a run begins, it draws a weight for each action: among many runs there are some in which an action is
taken often, late, or not at all. A run may begin by repeating one that reaches a "sometimes".
"""

import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from random import Random

from vtsc.base.errors import ValidationError
from vtsc.base.lines import Line
from vtsc.base.time_limit import limited
from vtsc.language.actions import Call
from vtsc.validation.draws import Chosen
from vtsc.validation.plain import At, Started, Taken, Values, Watched

STARTS = 200
"""The number of random starts that are tried."""
STEPS = 2000
"""The least number of steps."""
RUN_LENGTH = 60
"""The number of steps of a run, besides those that it repeats."""
OFTEN = 16
"""The number of runs after which stores outside of the state are looked for."""
STUCK = 40
"""The number of illegal steps in a row after which a run ends."""
WEIGHTS = (0, 1, 1, 4)
"""The weights of actions; each run draws one for each action."""
RAREST = 0.25
"""The probability that the call that was taken least so far is tried."""
PREFERENCE = 8
"""The factor by which the weight of a preferred call is greater."""
OFF_GUARD = 0.02
"""The probability that a call is tried whether its guard holds or not."""
TRIES = 8
"""The number of calls that are drawn by weight, before the rarest one whose guard holds is taken."""


@dataclass(frozen=True)
class Opening:
    """A known run: the inputs of its start, and its calls with their inputs."""

    initial: Mapping[str, int | bool]
    steps: tuple[tuple[Call, Mapping[str, int | bool]], ...]


@dataclass
class Runs:
    """Starts and steps of a machine's functions; the same seed gives the same ones."""

    plain: Watched
    seed: str
    typical: int
    openings: Sequence[Opening] = ()
    thorough: bool = True
    """Whether a solver gives starts, and a state for every rule; else only for rules seen in no run."""
    steps: int = STEPS
    starts: list[Started] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    tried: list[Taken] = field(default_factory=list)
    """Steps from states that a solver gave."""
    preferred: frozenset[Call] = frozenset()
    """The calls that are to be compared; by default all of them."""
    calls: Sequence[Call] = ()
    _counts: list[int] = field(default_factory=list)
    _numbers: dict[Call, int] = field(default_factory=dict)
    _begun: int = 0
    _done: int = 0

    def __post_init__(self) -> None:
        self.calls = tuple(self.plain.machine.calls())
        self.preferred = self.preferred or frozenset(self.calls)
        self._counts = [0 for _ in self.calls]
        self._numbers = {call: number for number, call in enumerate(self.calls)}

    def try_starts(self) -> None:
        """Try the known starts and `STARTS` random ones."""
        drawn = Random(f"{self.seed} starts")
        given: list[Mapping[str, int | bool]] = [o.initial for o in self.openings]
        for number, values in enumerate([*given, *[{}] * STARTS], 1):
            inputs = Chosen(drawn, self.typical, values)
            self.starts.append(self.plain.start(f"start {number}", inputs))

    def extend(self, steps: int) -> None:
        """Take runs until there are so many steps to compare; fewer where the machine hardly ever starts."""
        while self._done < steps and self._begun < steps:
            self._begun += 1
            luck = random.getstate()
            with limited():
                new = self._guarded(self._begun)
            if random.getstate() != luck:
                raise ValidationError(
                    f"run {self._begun}: its steps draw from Python's random numbers"
                )
            self.taken += new
            self._done += sum(1 for taken in new if taken.call in self.preferred)
        self.plain.guard.check(partial(self._again, self._begun))

    def lines(self, taken: Taken) -> tuple[Line, ...]:
        """The lines of designs that a step executed; its run is taken again where they were not recorded.

        A machine that keeps something outside of its state may then go another way: its lines are a hint.
        """
        if taken.lines is not None or taken.at.run is None:
            return taken.lines or ()
        drawn, plain = Random(self.seed), self.plain
        plain.start(taken.at.words, Chosen(drawn, self.typical, taken.initial))
        found: tuple[Line, ...] = ()
        plain.recording = True
        for each in (t for t in self.taken if t.at.run == taken.at.run):
            inputs = Chosen(drawn, self.typical, each.inputs)
            found = plain.step(each.at, each.call, inputs, plain.values()).lines or ()
            if each is taken:
                break
        plain.recording = False
        return found

    def _guarded(self, number: int) -> list[Taken]:
        """The steps of a run; after every few runs, stores outside of the state are looked for."""
        if number % OFTEN:
            return list(self._run(number))
        again = partial(self._again, number)
        return self.plain.guard.checked(lambda: list(self._run(number)), again)

    def _again(self, number: int) -> None:
        """Take again the runs since the last check for stores, up to the given one."""
        for each in range((number - 1) // OFTEN * OFTEN + 1, number + 1):
            list(self._run(each))

    def _run(self, number: int) -> Iterator[Taken]:
        """One run, illegal steps included."""
        drawn = Random(f"{self.seed} run {number}")
        opening = self._opening(number)
        inputs = Chosen(drawn, self.typical, opening.initial)
        if self.plain.start(f"run {number}", inputs).state is None:
            return
        walk = _Walk(self, number, drawn)
        for call, given in opening.steps:
            yield walk.step(call, given)
        while walk.legal < len(opening.steps) + RUN_LENGTH and walk.failed < STUCK:
            chosen = self._next(drawn, walk.likes)
            if chosen is None:
                return
            yield walk.step(chosen, {})

    def _opening(self, number: int) -> Opening:
        """The beginning of a run: every second run repeats one of the known runs, in turn."""
        if number % 2 == 0 and self.openings:
            return self.openings[number // 2 % len(self.openings)]
        return Opening({}, ())

    def _next(self, drawn: Random, likes: Sequence[int]) -> Call | None:
        """A call whose guard holds, or now and then any call; None where no guard holds.

        ``likes``: the cumulative weights of the calls in this run.
        """
        enabled, state = self.plain.machine.enabled, self.plain.state
        if drawn.random() < OFF_GUARD:
            return drawn.choice(self.calls)
        if drawn.random() >= RAREST:
            for _ in range(TRIES):
                call = self.calls[bisect(likes, drawn.random() * likes[-1])]
                if enabled(state, call):
                    return call
        order = sorted(range(len(self.calls)), key=self._rank)
        return next((c for c in map(self.calls.__getitem__, order) if enabled(state, c)), None)

    def likes(self, drawn: Random) -> list[int]:
        """Draw the weights of a run, and return the cumulative weights of its calls."""
        names = dict.fromkeys(call.name for call in self.calls)
        liked = {name: drawn.choice(WEIGHTS) for name in names}
        each = [
            liked[call.name] * (PREFERENCE if call in self.preferred else 1) for call in self.calls
        ]
        return list(accumulate(each if any(each) else [1 for _ in each]))

    def _rank(self, number: int) -> tuple[bool, int]:
        """The rank of a call: those to be compared come first, and among them those that were taken least."""
        return self.calls[number] not in self.preferred, self._counts[number]

    def count(self, call: Call) -> None:
        """Count a call that was taken."""
        self._counts[self._numbers[call]] += 1


class _Walk:
    """A run in progress."""

    def __init__(self, runs: Runs, number: int, drawn: Random) -> None:
        self._runs = runs
        self._number = number
        self._drawn = drawn
        self._values: Values = runs.plain.values()
        self.likes = runs.likes(drawn)
        self.legal = 0
        self.failed = 0

    def step(self, call: Call, given: Mapping[str, int | bool]) -> Taken:
        """Take a step, with the given inputs; others are drawn."""
        runs = self._runs
        depth = self.legal + 1
        at = At(f"run {self._number} step {depth}", self._number, depth)
        inputs = Chosen(self._drawn, runs.typical, given)
        taken = runs.plain.step(at, call, inputs, self._values)
        if taken.after is None:
            self.failed += 1
        else:
            self.failed = 0
            self.legal += 1
            self._values = taken.after
            runs.count(call)
        return taken
