"""The plain interpreter: runs a machine on Python integers, from inputs alone, without any solver."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from vtsc.base.errors import UnkeptError
from vtsc.base.lines import LineRecorder, nothing_wanted
from vtsc.base.time_limit import limited
from vtsc.language.actions import Call, Step
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Inputs
from vtsc.language.state import Snapshot, snapshot
from vtsc.language.words import Beyond, Illegal
from vtsc.stores.guard import Guard
from vtsc.stores.locate import told

Lines = tuple[tuple[str, int], ...]


class NotARun(Exception):
    """A step (from 1; 0 is initialisation) that the machine does not allow, and the reason where it is known.

    ``lines`` are those that were being executed when it was refused, outermost first.
    """

    def __init__(self, step: int, refused: Illegal) -> None:
        super().__init__(step, str(refused))
        self.step = step
        self.why = str(refused)
        self.beyond = isinstance(refused, Beyond)
        frames = traceback.walk_tb(refused.__traceback__)
        self.lines = tuple((f.f_code.co_filename, number) for f, number in frames)


@dataclass(frozen=True)
class Played:
    """One step as played: its inputs, the state after it, and what could be observed in it."""

    call: Call
    inputs: dict[str, int | bool]
    state: Snapshot
    lines: Lines
    acting: tuple[str, int] | None
    """The last of ``lines`` that changed a number; else that changed the state at all; else the last one."""
    observed: Any
    """An `Observed`; None where the step lets nobody observe anything."""
    violated: bool
    blame: list[int | None]


@dataclass(frozen=True)
class Run:
    """A whole run, and the claim's terms at its last step, if that violates the property."""

    initial_inputs: dict[str, int | bool]
    initial_state: Snapshot
    initial_blame: list[int | None]
    steps: tuple[Played, ...]
    terms: list[Any]
    observed: Step | None
    kinds: dict[str, str]
    """For each of the machine's records the kind of its instance, or the record's name if it has none."""

    @property
    def hit_at(self) -> int | None:
        """The first step that hits the property, from 1; None if there is none."""
        return next((i for i, step in enumerate(self.steps, 1) if step.violated), None)

    @property
    def seen(self) -> list[str]:
        """For each step the words for what it let somebody observe; empty where that is nothing."""
        found, last = [], None
        for step in self.steps:
            found.append("" if step.observed is None else str(step.observed.told(last)))
            last = last if step.observed is None else step.observed
        return found


Source = Callable[[int], Inputs]
"""Gives the inputs of a step; -1 is initialisation."""


class Player:
    """Plays one run of ``machine``, watched by ``prop``; lines are noted in files ``wanted`` accepts."""

    def __init__(
        self,
        machine: Any,
        prop: Monitor,
        wanted: Callable[[str], bool],
        guard: Guard | None = None,
    ) -> None:
        self.machine = machine
        self.prop = prop
        self.wanted = wanted
        self.guard = Guard(machine, [prop]) if guard is None else guard
        self.state = self.guard.state()
        self.ghosts = self.guard.ghosts(prop)

    def snapshot(self) -> Snapshot:
        """The machine's state and the property's ghosts in plain values."""
        ghosts = {f"{self.prop.name}.{name}": ghost for name, ghost in self.ghosts.items()}
        return snapshot({**self.state.records, **ghosts})

    def play(self, calls: Sequence[Call], source: Source, explain: Step | None = None) -> Run:
        """The run of ``calls`` with inputs from ``source``; raises `NotARun` where it is not legal.

        ``explain``: the violating step, where the property's `blame` along the run is wanted.
        """

        def again() -> Run:
            player = Player(self.machine, self.prop, nothing_wanted, self.guard)
            return player._play(calls, source, explain)

        def play() -> Run:
            try:
                return self._play(calls, source, explain)
            except UnkeptError as error:
                raise told(error, again) from None

        with limited():
            return self.guard.checked(play, again)

    def _play(self, calls: Sequence[Call], source: Source, explain: Step | None) -> Run:
        initial = source(-1)
        try:
            self.machine.initialise(self.state, initial)
        except Illegal as why:
            raise NotARun(0, why) from None
        start, start_blame = self.snapshot(), self._blame(explain)
        steps: list[Played] = []
        terms: list[Any] = []
        observed: Step | None = None
        for i, call in enumerate(calls):
            inputs = source(i)
            recorder = LineRecorder(self.wanted, (self.state.numbers, self.state.values))
            try:
                self.machine.advance(self.state, inputs)
                with nullcontext() if self.wanted is nothing_wanted else recorder:
                    observed = self.machine.perform(self.state, call, inputs)
            except Illegal as why:
                raise NotARun(i + 1, why) from None
            before = {name: dict(vars(ghost)) for name, ghost in self.ghosts.items()}
            violated = self.prop.answer(self.machine, self.state, self.ghosts, observed)
            if violated and i == len(calls) - 1:
                terms = self._terms(before, observed)
            steps.append(
                Played(
                    call,
                    inputs.used,
                    self.snapshot(),
                    recorder.lines,
                    recorder.acting,
                    observed.observed,
                    violated,
                    self._blame(explain),
                )
            )
        kinds = {n: r.instance.kind if r.instance else n for n, r in self.state.records.items()}
        return Run(initial.used, start, start_blame, tuple(steps), terms, observed, kinds)

    def leaves(self, state: Snapshot, calls: Sequence[Call], source: Source) -> bool:
        """Whether ``calls`` from a state are refused since an input or a sum of inputs leaves its range."""
        ghosts = {f"{self.prop.name}.{name}": ghost for name, ghost in self.ghosts.items()}
        for name, record in {**self.state.records, **ghosts}.items():
            vars(record).update(state[name])
        try:
            for number, call in enumerate(calls):
                inputs = source(number)
                self.machine.advance(self.state, inputs)
                step = self.machine.perform(self.state, call, inputs)
                self.prop.answer(self.machine, self.state, self.ghosts, step)
        except Illegal as why:
            return isinstance(why, Beyond)
        return False

    def _terms(self, before: Mapping[str, dict[str, Any]], step: Step) -> list[Any]:
        """The claim's values at a violating step, computed with the ghosts as they were before it."""
        now = {name: dict(vars(ghost)) for name, ghost in self.ghosts.items()}
        self._fill(before)
        try:
            return self.prop.terms(self.machine, self.state, self.ghosts, step)
        finally:
            self._fill(now)

    def _fill(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        for name, ghost in self.ghosts.items():
            vars(ghost).update(values[name])

    def _blame(self, explain: Step | None) -> list[int | None]:
        if explain is None:
            return []
        return self.prop.blame(self.machine, self.state, explain)
