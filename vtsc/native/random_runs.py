"""Random legal runs of a machine in plain integers; seeded, so a run can be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from vtsc.base.errors import UsageError
from vtsc.base.time_limit import limited
from vtsc.language.claims import Property
from vtsc.language.words import Illegal
from vtsc.native.inputs import Drawn

RUN_LENGTH = 60
"""Steps after which a fresh run starts."""
STARTS = 10_000
"""Draws of initial inputs, beyond which the machine is taken to have no initial state."""
TRIES = 40
"""Draws after which a run is given up as stuck."""


@dataclass(frozen=True)
class Outcome:
    """How many steps in how many runs, and how many violating runs there were by property."""

    steps: int
    runs: int
    violations: dict[str, int]


def simulate(
    machine: Any, properties: Mapping[str, Property], steps: int, seed: str, typical: int
) -> Outcome:
    """Run ``machine`` for ``steps`` steps; each property counts once in a run.

    ``seed``: any text; the same text gives the same runs. ``typical``: about how large an input without
    an upper bound is.
    """
    random = Random(seed)
    calls = machine.calls()
    violations = dict.fromkeys(properties, 0)
    done = runs = 0
    while done < steps:
        runs += 1
        with limited():
            state, ghosts, inputs = _start(machine, properties, Drawn(random, typical))
            open_properties = set(properties)
            for _ in range(min(RUN_LENGTH, steps - done)):
                step = _step(machine, state, calls, random, inputs)
                if step is None:
                    break
                done += 1
                for name in tuple(open_properties):
                    prop = properties[name]
                    if prop.answer(machine, state, ghosts[name], step):
                        violations[name] += 1
                        open_properties.discard(name)
    return Outcome(done, runs, violations)


def _start(machine: Any, properties: Mapping[str, Property], inputs: Drawn) -> Any:
    for _ in range(STARTS):
        inputs.used.clear()
        state = machine.state()
        try:
            machine.initialise(state, inputs)
        except Illegal:
            continue
        ghosts = {name: p.ghosts(machine) for name, p in properties.items()}
        return state, ghosts, inputs
    raise UsageError(
        f"none of {STARTS} random starts is legal: the parameters may leave no initial state"
    )


def _step(machine: Any, state: Any, calls: Any, random: Random, inputs: Drawn) -> Any:
    """One legal step, or None when none was found in `TRIES` draws.

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
            machine.advance(state, inputs)
            return machine.perform(state, call, inputs)
        except Illegal:
            state.restore(before)
    return None
