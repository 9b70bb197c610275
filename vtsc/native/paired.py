"""Plays a run of two machines in lockstep, on Python integers and without any solver.

Each step is a step of both, by the same call and with inputs that have the same values. A machine that cannot
take the call waits: time passes for it, and that is all. The other may then take it alone only if this lets
nobody observe anything and leaves the fields that the two share as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from vtsc.base.lines import Line, LineRecorder
from vtsc.base.time_limit import limited
from vtsc.language.actions import Call
from vtsc.language.inputs import named
from vtsc.language.observing import seen
from vtsc.language.state import Value
from vtsc.language.words import MASK, Illegal
from vtsc.native.inputs import Solved
from vtsc.native.witness import Inputs, Witness
from vtsc.stores.guard import Guard


class NoPair(Exception):
    """A step (from 1; 0 is the start) that the two machines do not take in lockstep, and why."""

    def __init__(self, step: int, why: str) -> None:
        super().__init__(f"step {step}: {why}")
        self.step = step


@dataclass(frozen=True)
class Lane:
    """One machine's part in a step."""

    waits: bool
    inputs: Inputs
    values: Mapping[str, Value]
    """Every field after the step, by its full name; transient ones are left out."""
    observed: Any
    """An `Observed`; None where the step lets nobody observe anything."""
    line: Line | None
    """The last executed line that changed a number, or else that changed anything; None for none."""


@dataclass(frozen=True)
class PairStep:
    """One step of both."""

    call: Call
    lanes: tuple[Lane, Lane]

    @property
    def differs(self) -> bool:
        """Whether what the two let somebody observe is different."""
        old, new = (None if x.observed is None else visible(x.observed) for x in self.lanes)
        return old != new and not any(lane.waits for lane in self.lanes)


class NotAlone(NoPair):
    """A step that only one can take, though it is none that it may take alone."""

    def __init__(self, step: int, why: str, taken: PairStep) -> None:
        super().__init__(step, why)
        self.step_taken = taken


@dataclass(frozen=True)
class PairRun:
    """A run of both: the values of fields at first, the inputs of the start, and the steps."""

    start: tuple[Mapping[str, Value], Mapping[str, Value]]
    initial_inputs: tuple[Inputs, Inputs]
    steps: tuple[PairStep, ...]
    kinds: Mapping[str, str]
    """For each of the records of the first one the kind of its instance, or its name if it has none."""

    @property
    def differs_at(self) -> int | None:
        """The first step, from 1, in which different things are observed."""
        return next((n for n, step in enumerate(self.steps, 1) if step.differs), None)


def visible(observed: Any) -> tuple[str, tuple[tuple[str, int], ...]]:
    """What is seen of an observation: its kind, and its numbers mod 2^64."""
    numbers = tuple((name, int(value) & MASK) for name, value in seen(observed).items())
    return type(observed).__name__, numbers


class _Side:
    """One of the machines, and its state."""

    def __init__(self, machine: Any, wanted: Callable[[str], bool]) -> None:
        self.machine = machine
        self.guard = Guard(machine, [])
        self._wanted = wanted
        self.state = self.guard.state()

    def values(self) -> dict[str, Value]:
        """The values of the fields that are not transient."""
        slots = self.state.slots()
        return {full: getattr(r, name) for full, r, name, field in slots if not field.transient}

    def step(self, number: int, call: Call, inputs: Solved) -> tuple[Lane, Mapping[str, Value]]:
        """Its lane, and its fields when time had passed."""
        try:
            self.machine.advance(self.state, inputs)
        except Illegal as why:
            raise NoPair(number, f"time cannot pass so: {why}") from None
        middle, saved = self.values(), self.state.saved()
        recorder = LineRecorder(self._wanted, (self.state.numbers, self.state.values))
        try:
            with recorder:
                step = self.machine.perform(self.state, call, inputs)
        except Illegal:
            self.state.restore(saved)
            return Lane(True, inputs.used, middle, None, None), middle
        lane = Lane(False, inputs.used, self.values(), step.observed, recorder.acting)
        return lane, middle


def play(
    machines: tuple[Any, Any],
    wanted: Callable[[str], bool],
    witness: Witness,
    shared: AbstractSet[str],
    *,
    parting: bool = False,
) -> PairRun:
    """The run of both from the witness's calls and inputs alone; raises `NoPair` where it is none.

    ``wanted`` accepts the files whose lines are noted. ``shared``: fields that have to stay the same in both.
    ``parting``: only one is to take the last step, and not as one that it may take alone.
    """

    sides = _Side(machines[0], wanted), _Side(machines[1], wanted)

    def run() -> PairRun:
        return _play(sides, witness, shared, parting)

    with limited():
        return sides[0].guard.checked(lambda: sides[1].guard.checked(run, run), run)


def _play(
    sides: tuple[_Side, _Side], witness: Witness, shared: AbstractSet[str], parting: bool
) -> PairRun:
    first = Solved(witness.initial)
    try:
        sides[0].machine.initialise(sides[0].state, first)
        second = _same(witness.initial, first.used)
        sides[1].machine.initialise(sides[1].state, second)
    except Illegal as why:
        raise NoPair(0, f"no start: {why}") from None
    start = sides[0].values(), sides[1].values()
    _check_shared(0, start, shared)
    steps = []
    for number, (call, given) in enumerate(zip(witness.calls, witness.inputs, strict=True), 1):
        last = parting and number == len(witness.calls)
        steps.append((_last if last else _step)(number, sides, call, given, shared))
    records = sides[0].state.records.items()
    kinds = {name: r.instance.kind if r.instance else name for name, r in records}
    return PairRun(start, (first.used, second.used), tuple(steps), kinds)


def _step(
    number: int,
    sides: tuple[_Side, _Side],
    call: Call,
    given: Inputs,
    shared: AbstractSet[str],
) -> PairStep:
    """One step of both; raises `NoPair` where they do not take it in lockstep."""
    old, before_old = sides[0].step(number, call, Solved(given))
    new, before_new = sides[1].step(number, call, _same(given, old.inputs))
    if old.waits and new.waits:
        raise NoPair(number, f"neither takes {call}")
    for alone, lane, before in ((new.waits, old, before_old), (old.waits, new, before_new)):
        moved = [n for n in sorted(shared & before.keys()) if lane.values[n] != before[n]]
        if alone and (lane.observed is not None or moved):
            what = f"changes {moved[0]}" if moved else "lets somebody observe something"
            raise NotAlone(number, f"{call} {what} in one alone", PairStep(call, (old, new)))
    _check_shared(number, (old.values, new.values), shared)
    return PairStep(call, (old, new))


def _last(
    number: int,
    sides: tuple[_Side, _Side],
    call: Call,
    given: Inputs,
    shared: AbstractSet[str],
) -> PairStep:
    """The step at which the two part; raises `NoPair` where they do not."""
    try:
        found = _step(number, sides, call, given, shared)
    except NotAlone as error:
        return error.step_taken
    raise NoPair(number, f"{found.call} can be taken")


def _same(given: Inputs, used: Mapping[str, int | bool]) -> Solved:
    """Inputs with the values that the other machine used, and else those that are given."""
    rest = {name: value for name, value in given.items() if named(name) not in used}
    return Solved({**rest, **used})


def _check_shared(
    number: int, values: Sequence[Mapping[str, Value]], shared: AbstractSet[str]
) -> None:
    old, new = values
    for name in sorted(shared & old.keys()):
        if old[name] != new[name]:
            raise NoPair(number, f"{name} is {old[name]} in one and {new[name]} in the other")


def apart(run: PairRun, names: Sequence[str]) -> tuple[int, str] | None:
    """The first step (0: the start) after which one of some fields differs, and its name; None for none.

    Of several, a number is named rather than a flag.
    """
    names = sorted(names, key=lambda name: isinstance(run.start[0].get(name), bool))
    states = [run.start, *(tuple(lane.values for lane in step.lanes) for step in run.steps)]
    for number, (old, new) in enumerate(states):
        for name in names:
            if name in old and old[name] != new[name]:
                return number, name
    return None
