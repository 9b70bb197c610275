"""The functions' side: a machine and its monitors run on plain integers, step by step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

from vtsc.base.lines import Line, LineRecorder
from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Inputs
from vtsc.language.state import Field, Record
from vtsc.language.words import MASK, Illegal
from vtsc.stores.guard import Guard

Values = dict[str, int | bool]
"""Every field's value by its full name, counters by their representatives in [0, 2^64)."""
Wanted = Callable[[str], bool]


class At(NamedTuple):
    """The place of a step: in words, and the numbers of its run and of the step in it, if a run led there."""

    words: str
    run: int | None = None
    depth: int = 0


class Taken(NamedTuple):
    """A step as the functions took it. ``after`` is None where they do not allow it."""

    at: At
    call: Call
    initial: Mapping[str, int | bool]
    """The inputs with which the machine started."""
    start: Values
    inputs: Mapping[str, int | bool]
    after: Values | None
    odd: bool
    """Some field holds a value of another type than its own."""
    hits: frozenset[str]
    """The monitors that were hit."""
    lines: tuple[Line, ...] | None
    """The lines of designs that were executed, in order of first execution; None: not recorded."""


class Started(NamedTuple):
    """A start as the functions made it. ``state`` is None where they do not allow it."""

    where: str
    initial: Mapping[str, int | bool]
    state: Values | None


class Watched:
    """A machine and its monitors; one object takes all runs, as in a user's process."""

    def __init__(self, machine: Any, monitors: Sequence[Monitor], wanted: Wanted) -> None:
        self.machine = machine
        self.monitors = monitors
        self.guard = Guard(machine, monitors)
        self.wanted = wanted
        self.recording = False
        """Whether lines are recorded, which takes as long as the steps themselves."""
        self.state: Any = None
        self.initial: dict[str, int | bool] = {}
        self._watching: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []
        self._fields: list[tuple[str, Record, str, Field]] = []
        self._held: list[tuple[str, Any, str]] = []
        """Where each field's value is: its full name, the dictionary of its record, its name there."""
        self._counted: list[tuple[Any, str]] = []
        """The same of counters."""
        self._starts: list[tuple[Any, dict[str, Any]]] = []
        self._counters: list[str] = []
        self._types: list[type] = []

    def fresh(self) -> None:
        """The state with every field at its declared start, as nothing else can have been stored to."""
        if self.state is None:
            self._make()
        for held, starts in self._starts:
            held.update(starts)

    def _make(self) -> None:
        """The state, and the ghosts of every monitor."""
        self.state = self.guard.state()
        records = dict(self.state.records)
        for monitor in self.monitors:
            ghosts = self.guard.ghosts(monitor)
            self._watching.append((monitor.name, monitor.answer, ghosts))
            records |= {f"{monitor.name}.{name}": ghost for name, ghost in ghosts.items()}
        self._fields = [
            (f"{owner}.{name}", record, name, field)
            for owner, record in records.items()
            for name, field in record.fields.items()
        ]
        self._held = [(full, vars(record), name) for full, record, name, _ in self._fields]
        self._counted = [(vars(r), name) for _, r, name, f in self._fields if f.kind == "u64"]
        self._starts = [(vars(record), dict(vars(record))) for record in records.values()]
        self._counters = [full for full, _, _, field in self._fields if field.kind == "u64"]
        self._types = [bool if field.kind == "flag" else int for *_, field in self._fields]

    def start(self, where: str, inputs: Inputs) -> Started:
        """Begin at an initial state, if the inputs make one."""
        self.fresh()
        try:
            self.machine.initialise(self.state, inputs)
        except Illegal:
            return Started(where, dict(inputs.used), None)
        self.initial = dict(inputs.used)
        return Started(where, self.initial, self.values())

    def fill(self, values: Mapping[str, int | bool], initial: Mapping[str, int | bool]) -> None:
        """A state with these values, as if the machine had started with the inputs ``initial``.

        A counter may be given by any integer of its residue, as a solver does.
        """
        self.fresh()
        self.initial = dict(initial)
        for full, held, name in self._held:
            held[name] = values[full]
        for held, name in self._counted:
            held[name] &= MASK

    def fields(self) -> Iterator[tuple[str, Field]]:
        """Every field of the present state by its full name."""
        return ((full, field) for full, _, _, field in self._fields)

    def values(self) -> Values:
        """Every field's value now."""
        found: Values = {full: held[name] for full, held, name in self._held}
        for full in self._counters:
            value = found[full]
            if isinstance(value, int):  # the comparison finds any other value
                found[full] = value & MASK
        return found

    def step(self, at: At, call: Call, inputs: Inputs, start: Values) -> Taken:
        """Take a step from the present state, which is ``start``; an illegal one changes no field."""
        recorder = LineRecorder(self.wanted) if self.recording else None
        after: Values | None = None
        hits: frozenset[str] = frozenset()
        try:
            self.machine.advance(self.state, inputs)
            with recorder or nullcontext():
                hits = self._taken(call, inputs)
            after = self.values()
        except Illegal:
            for full, held, name in self._held:
                held[name] = start[full]
        odd = after is not None and list(map(type, after.values())) != self._types
        used, lines = dict(inputs.used), recorder.lines if recorder else None
        return Taken(at, call, self.initial, start, used, after, odd, hits, lines)

    def _taken(self, call: Call, inputs: Inputs) -> frozenset[str]:
        """Take the call, and return the monitors that are hit."""
        machine, state = self.machine, self.state
        step = machine.perform(state, call, inputs)
        watching = self._watching
        return frozenset([n for n, look, ghosts in watching if look(machine, state, ghosts, step)])
