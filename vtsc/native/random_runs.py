"""Random legal runs of a machine in plain integers; seeded, so a run can be repeated."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from vtsc.base.errors import UnkeptError, UsageError
from vtsc.base.time_limit import limited
from vtsc.language.actions import Call, Step
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Inputs
from vtsc.language.state import State
from vtsc.language.words import Illegal
from vtsc.native.inputs import Drawn, Recorded
from vtsc.native.witness import Witness
from vtsc.stores.guard import Guard
from vtsc.stores.locate import told

RUN_LENGTH = 60
"""The number of steps after which a fresh run starts."""
BATCH = 32
"""The number of runs after which stores to anything but the state are looked for."""
STARTS = 10_000
"""The number of draws of initial inputs beyond which the machine is taken to have no initial state."""
TRIES = 40
"""The number of draws of a step after which a run is given up as stuck."""


@dataclass(frozen=True)
class Outcome:
    """The numbers of steps and of runs, and for each property the number of runs that violate it."""

    steps: int
    runs: int
    violations: dict[str, int]
    shortest: dict[str, Witness] = field(default_factory=dict, compare=False, repr=False)
    """For each property that is violated, the first of the runs that violate it soonest, up to there."""


def simulate(
    machine: Any, properties: Mapping[str, Monitor], steps: int, seed: str, typical: int
) -> Outcome:
    """Run ``machine`` for ``steps`` steps; each property counts once in a run.

    ``seed``: any text; the same text gives the same runs. ``typical``: the rough
    size of an input without an upper bound.
    """
    random = Random(seed)
    runs = _Runs(machine, properties, Drawn(random, typical), random)
    violations = dict.fromkeys(properties, 0)
    shortest: dict[str, Witness] = {}
    done = begun = 0
    while done < steps:
        before, first = random.getstate(), done
        batch: list[_Run] = []
        try:
            while done < steps and len(batch) < BATCH:
                batch.append(runs.run(min(RUN_LENGTH, steps - done)))
                done += batch[-1].steps
        except Exception:
            runs.find_store(before, first, steps)
            raise
        if runs.guard.changed():
            runs.find_store(before, first, steps)
        begun += len(batch)
        for each in batch:
            for name, at in each.violated.items():
                violations[name] += 1
                if name not in shortest or at < len(shortest[name].calls):
                    shortest[name] = each.to(at)
    return Outcome(done, begun, violations, shortest)


@dataclass(frozen=True)
class _Run:
    """A run as it was taken, and the properties that it violated, each with the first step that did."""

    taken: Witness
    violated: dict[str, int]

    @property
    def steps(self) -> int:
        """The number of steps."""
        return len(self.taken.calls)

    def to(self, step: int) -> Witness:
        """The run up to a step."""
        return Witness(self.taken.calls[:step], self.taken.inputs[:step], self.taken.initial)


class _Runs:
    """Random runs of a machine, watched by some properties."""

    def __init__(
        self, machine: Any, properties: Mapping[str, Monitor], inputs: Drawn, random: Random
    ) -> None:
        self.machine = machine
        self.properties = properties
        self.inputs = inputs
        self.random = random
        self.calls = machine.calls()
        self.guard = Guard(machine, properties.values())

    def run(self, longest: int) -> _Run:
        """One run of at most ``longest`` steps."""
        calls, inputs, violated = list[Call](), list[dict[str, int | bool]](), dict[str, int]()
        with limited():
            state = _start(self.machine, self.guard, self.inputs)
            initial = dict(self.inputs.used)
            ghosts = {name: self.guard.ghosts(p) for name, p in self.properties.items()}
            while len(calls) < longest:
                step = _step(self.machine, state, self.calls, self.random, self.inputs)
                if step is None:
                    break
                calls.append(step.call)
                inputs.append(dict(self.inputs.used))
                for name, prop in self.properties.items():
                    if name in violated:
                        continue
                    if prop.answer(self.machine, state, ghosts[name], step):
                        violated[name] = len(calls)
        return _Run(Witness(tuple(calls), tuple(inputs), initial), violated)

    def find_store(self, before: Any, done: int, steps: int) -> None:
        """Raise the error of the first store to anything but the state, if any, in runs from ``before`` on.

        ``before``: the state of the random numbers; ``done``: the steps taken until then, of ``steps``.
        """
        if not self.guard.changed():
            return
        self.guard.memory.restore()
        self.random.setstate(before)
        for _ in range(BATCH):
            before, longest = self.random.getstate(), min(RUN_LENGTH, steps - done)
            with suppress(Exception):  # a store to anything but the state is reported first
                done += self.run(longest).steps
            if self.guard.changed():
                break

        def again() -> _Run:
            self.random.setstate(before)
            return self.run(longest)

        self.guard.check(again)


def _start(machine: Any, guard: Guard, inputs: Drawn) -> State:
    """A state in which a run begins."""
    for _ in range(STARTS):
        inputs.used.clear()
        state = guard.state()
        try:
            machine.initialise(state, inputs)
            return state
        except Illegal:
            continue
        except UnkeptError as error:
            again = Recorded(dict(inputs.used))
            raise told(error, partial(machine.initialise, guard.state(), again)) from None
    raise UsageError(
        f"none of {STARTS} random starts is legal: the parameters may leave no initial state"
    )


def _step(machine: Any, state: Any, calls: Any, random: Random, inputs: Drawn) -> Any:
    """One legal step, or None if none was found in `TRIES` draws.

    A draw that turns out illegal half-way leaves the state as it was.
    """
    enabled = [call for call in calls if machine.enabled(state, call)]
    for _ in range(TRIES):
        if not enabled:
            return None
        call = enabled[int(random.random() * len(enabled))]
        before = state.saved()
        inputs.used.clear()
        try:
            return _taken(machine, state, call, inputs)
        except Illegal:
            state.restore(before)
        except UnkeptError as error:
            state.restore(before)
            again = Recorded(dict(inputs.used))
            raise told(error, partial(_taken, machine, state, call, again)) from None
    return None


def _taken(machine: Any, state: Any, call: Call, inputs: Inputs) -> Step:
    machine.advance(state, inputs)
    step: Step = machine.perform(state, call, inputs)
    return step
