"""Plays a run again with probes, conditions taking the other way: a step may then need another before it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.language.state import Snapshot, snapshot
from vtsc.language.words import Illegal
from vtsc.native.inputs import Solved
from vtsc.why.probes import Probe

Given = Mapping[str, int | bool]
NOTHING: Given = {}


@dataclass(frozen=True)
class Recording:
    """A run to be played again: its calls, and the inputs of the start and of each step."""

    initial: Given
    calls: Sequence[Call]
    inputs: Sequence[Given]


@dataclass(frozen=True)
class Outcome:
    """A run as it went: the states after each step of the recording, and whether its last step violates."""

    states: tuple[Snapshot, ...]
    """The state at the start and after each step of the recording, as far as it went."""
    violated: bool
    probe: Probe
    names: dict[int, str]
    """The name of each record by its identity."""
    changes: tuple[str, ...]
    """What else had to change for the run to go on: calls that were put in or left out."""


class Blocked(Exception):
    """A run cannot go on: a step (from 1; 0 is the start) is not allowed, nor after other calls."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


@dataclass
class Again:
    """Plays recordings on a machine, watched by a monitor; ``use`` hands a probe to the rules."""

    machine: Any
    monitor: Monitor
    use: Callable[[Probe], None] = lambda probe: None

    def play(self, run: Recording, flips: Sequence[int] = (), bridge: bool = True) -> Outcome:
        """The run with the conditions of these numbers taking the other way; raises `Blocked`.

        ``bridge``: a call that is no longer allowed may need another before it, or be left out.
        """
        probe = Probe(frozenset(flips))
        self.use(probe)
        machine, state = self.machine, self.machine.state()
        ghosts = self.monitor.ghosts(machine)
        names = {id(record): name for name, record in state.records.items()}
        try:
            machine.initialise(state, Solved(run.initial))
        except Illegal:
            raise Blocked(0) from None
        states, changes, violated = [snapshot(state.records)], [], False
        for number, (call, inputs) in enumerate(zip(run.calls, run.inputs, strict=True), 1):
            probe.step = number
            violated = False
            way = self._way(state, call, inputs, probe, bridge and number < len(run.calls))
            if not way:
                changes.append(f"without {call} in step {number}")
            for each, given in way:
                if each is not call:
                    changes.append(f"with {each} before step {number}")
                violated |= self._take(state, ghosts, each, given)
            states.append(snapshot(state.records))
        return Outcome(tuple(states), violated, probe, names, tuple(changes))

    def _way(
        self, state: Any, call: Call, inputs: Given, probe: Probe, bridge: bool
    ) -> list[tuple[Call, Given]]:
        """The call with its inputs, after another where it needs one, or nothing; raises `Blocked`."""
        ways: list[list[tuple[Call, Given]]] = [[(call, inputs)]]
        if bridge:
            own = (c for c in self.machine.calls() if c.args[:1] == call.args[:1])
            ways += [[(each, NOTHING), (call, inputs)] for each in own]
        for way in ways:
            if self._goes(state, way, probe):
                return way
        if bridge:
            return []
        raise Blocked(probe.step)

    def _goes(self, state: Any, way: Sequence[tuple[Call, Given]], probe: Probe) -> bool:
        """Whether calls can be taken one after the other, those put in letting nobody observe anything."""
        before = state.saved()
        self.use(probe.copy())
        try:
            for i, (call, inputs) in enumerate(way, 1):
                step = self._step(state, call, inputs)
                if i < len(way) and step.observed is not None:
                    return False
        except Illegal:
            return False
        finally:
            state.restore(before)
            self.use(probe)
        return True

    def _step(self, state: Any, call: Call, inputs: Given) -> Any:
        given = Solved(inputs)
        self.machine.advance(state, given)
        return self.machine.perform(state, call, given)

    def _take(self, state: Any, ghosts: Any, call: Call, inputs: Given) -> bool:
        step = self._step(state, call, inputs)
        return bool(self.monitor.answer(self.machine, state, ghosts, step))
