"""Random legal runs of a machine in plain integers; seeded, so that a run can be had again."""

from dataclasses import dataclass
from random import Random
from typing import Any

from vtsc.cells import Group
from vtsc.inputs import Drawn
from vtsc.loader import Content
from vtsc.patience import limited
from vtsc.words import Illegal

RUN_LENGTH = 60
"""Steps after which a fresh run starts."""
TYPICAL = 3_000_000
"""Inputs without an upper bound are drawn from about this range, in time units."""
TRIES = 40
"""Draws after which a run is given up as stuck."""


@dataclass(frozen=True)
class Outcome:
    """How many steps in how many runs, and how many violating runs there were by property."""

    steps: int
    runs: int
    violations: dict[str, int]


def simulate(content: Content, group: Group, steps: int, seed: int) -> Outcome:
    """Run ``group`` for ``steps`` steps; each property counts once in a run."""
    random = Random(f"{seed} {group.design} {group.host} {sorted(group.settings.texts().items())}")
    machine = content.model.build(group.design, group.host, group.settings)
    calls = machine.calls()
    violations = dict.fromkeys(group.properties, 0)
    done = runs = 0
    while done < steps:
        runs += 1
        with limited():
            state, ghosts, inputs = _start(content, group, machine, random)
            open_properties = set(group.properties)
            for _ in range(min(RUN_LENGTH, steps - done)):
                step = _step(machine, state, calls, random, inputs)
                if step is None:
                    break
                done += 1
                for name in tuple(open_properties):
                    prop = content.properties[name]
                    if prop.observe(machine, state, ghosts[name], step):
                        violations[name] += 1
                        open_properties.discard(name)
    return Outcome(done, runs, violations)


def _start(content: Content, group: Group, machine: Any, random: Random) -> Any:
    while True:
        inputs = Drawn(random, TYPICAL)
        state = machine.state()
        try:
            machine.initialise(state, inputs)
        except Illegal:
            continue
        ghosts = {p: content.properties[p].ghosts(machine) for p in group.properties}
        return state, ghosts, inputs


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
