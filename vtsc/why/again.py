"""Plays a run again with probes, conditions taking the other way: a step may then need another before it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Inputs
from vtsc.language.state import Snapshot, snapshot
from vtsc.language.words import Illegal
from vtsc.native.inputs import Solved
from vtsc.why.probes import Probe

Given = Mapping[str, int | bool]
NOTHING: Given = {}
Source = Callable[[int, Given], Inputs]
"""Makes the inputs of a step (from 1; 0 is the start) of those that the recording has."""


@dataclass(frozen=True)
class Recording:
    """A run to be played again: its calls, and the inputs of the start and of each step."""

    initial: Given
    calls: Sequence[Call]
    inputs: Sequence[Given]


@dataclass(frozen=True)
class Outcome:
    """A run as it went: the states after each step of the recording, and whether any step violates."""

    states: tuple[Snapshot, ...]
    """The state at the start and after each step of the recording."""
    violated: bool
    ends_violating: bool
    """Whether the last step violates."""
    probe: Probe
    names: dict[int, str]
    """The name of each record by its identity."""
    changes: tuple[str, ...]
    """What else had to change for the run to go on: calls that were put in or left out."""


class Blocked(Exception):
    """A run cannot go on: a step (from 1; 0 is the start) is not allowed, nor after another call."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


def as_recorded(step: int, given: Given) -> Inputs:
    """The inputs of a recording; those that it leaves out get their least values."""
    return Solved(given)


@dataclass
class Again:
    """Plays recordings on a machine, watched by a monitor; ``use`` hands a probe to the rules."""

    machine: Any
    monitor: Monitor
    use: Callable[[Probe], None] = lambda probe: None

    def play(
        self,
        run: Recording,
        flips: Sequence[int] = (),
        *,
        bridge: bool = True,
    ) -> Outcome:
        """The run with the conditions of these numbers taking the other way; raises `Blocked`.

        ``bridge``: a call that is no longer allowed may need another before it, or be left out.
        """
        probe = Probe(frozenset(flips))
        self.use(probe)
        machine, state = self.machine, self.machine.state()
        ghosts = self.monitor.ghosts(machine)
        names = {id(record): name for name, record in state.records.items()}
        try:
            machine.initialise(state, as_recorded(0, run.initial))
        except Illegal:
            raise Blocked(0) from None
        found, changes = [snapshot(state.records)], list[str]()
        violated = hit = False
        for number, (call, inputs) in enumerate(zip(run.calls, run.inputs, strict=True), 1):
            probe.step = number
            before = state.saved() if bridge else []
            mark = probe.mark()
            try:
                hit = self._take(state, ghosts, call, as_recorded(number, inputs))
            except Illegal:
                if not bridge or number == len(run.calls):
                    raise Blocked(number) from None
                state.restore(before)
                probe.back(mark)
                hit, change = self._bridged(state, ghosts, call, inputs, probe)
                changes.append(change)
            violated |= hit
            found.append(snapshot(state.records))
        return Outcome(tuple(found), violated, hit, probe, names, tuple(changes))

    def _bridged(
        self, state: Any, ghosts: Any, call: Call, inputs: Given, probe: Probe
    ) -> tuple[bool, str]:
        """Take a call after another that makes it possible, or leave it out: does that violate, and how."""
        before, mark = state.saved(), probe.mark()
        noted = {name: dict(vars(ghost)) for name, ghost in ghosts.items()}
        for other in self.machine.calls():
            if other.args[:1] != call.args[:1]:
                continue
            try:
                step = self._step(state, other, Solved(NOTHING))
                if step.observed is None:
                    hit = bool(self.monitor.answer(self.machine, state, ghosts, step))
                    hit |= self._take(state, ghosts, call, Solved(inputs))
                    return hit, f"with {other} before step {probe.step}"
            except Illegal:
                pass
            state.restore(before)
            probe.back(mark)
            for name, values in noted.items():
                vars(ghosts[name]).update(values)
        return False, f"without {call} in step {probe.step}"

    def _step(self, state: Any, call: Call, given: Inputs) -> Any:
        self.machine.advance(state, given)
        return self.machine.perform(state, call, given)

    def _take(self, state: Any, ghosts: Any, call: Call, given: Inputs) -> bool:
        step = self._step(state, call, given)
        return bool(self.monitor.answer(self.machine, state, ghosts, step))
