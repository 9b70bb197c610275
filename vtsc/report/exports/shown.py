"""A run as the writers of formats are given it: its trace, and a row for the start and for each step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vtsc.content.case import Case
from vtsc.evidence.trace import Trace
from vtsc.language.actions import Call
from vtsc.language.state import Field, Snapshot
from vtsc.language.timeline import Event, Moment
from vtsc.native.interpreter import Run


@dataclass(frozen=True)
class Row:
    """The start of a run, which has no call, or a step of it."""

    number: int
    at: int
    """The place on the time axis, in ns: the time that has passed, and 1 ns more for each step taken.

    So steps at one instant are seen one after the other.
    """
    call: Call | None
    inputs: Mapping[str, int | bool]
    seen: str
    """The words for what the step let somebody observe; empty where there is nothing."""
    before: Snapshot
    """The state before it; empty at the start."""
    state: Snapshot
    source: tuple[str, ...]
    events: tuple[Event, ...]

    def changes(self) -> dict[str, int | bool]:
        """The fields, as ``record.field``, that have another value than before; all of them at the start."""
        return {
            f"{record}.{name}": value
            for record, fields in self.state.items()
            for name, value in fields.items()
            if self.before.get(record, {}).get(name) != value or not self.before
        }


@dataclass(frozen=True)
class Shown:
    """A replayed run of a trace."""

    case: Case
    trace: Trace
    run: Run

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The start, and every step."""
        return tuple(self._rows())

    def _rows(self) -> Iterator[Row]:
        before: Snapshot = {}
        steps: list[Any] = [None, *self.run.steps]
        for number, (step, seen) in enumerate(zip(steps, ["", *self.run.seen], strict=True)):
            state = step.state if step else self.run.initial_state
            observed = step.observed if step else None
            yield Row(
                number=number,
                at=self._clock(state) + number,
                call=step.call if step else None,
                inputs=step.inputs if step else self.run.initial_inputs,
                seen=seen,
                before=before,
                state=state,
                source=self.trace.steps[number - 1].source if step else (),
                events=self._events(step.call if step else None, observed, before, state),
            )
            before = state

    def _clock(self, state: Snapshot) -> int:
        timeline = self.case.content.model.timeline
        return 0 if timeline is None else timeline.clock(self.case.settings, state)

    def _events(
        self, call: Call | None, observed: Any, before: Snapshot, after: Snapshot
    ) -> tuple[Event, ...]:
        timeline = self.case.content.model.timeline
        if timeline is None:
            return ()
        moment = Moment(self.case.settings, call, observed, before, after)
        return tuple(timeline.events(moment))

    @cached_property
    def fields(self) -> dict[str, dict[str, Field]]:
        """The declaration of each field in a state, by record."""
        machine, monitor = self.case.machine(), self.case.monitor(self.trace.property)
        ghosts = {f"{monitor.name}.{n}": g for n, g in monitor.ghosts(machine).items()}
        return {
            name: {n: f for n, f in record.fields.items() if not f.transient}
            for name, record in {**machine.state().records, **ghosts}.items()
        }

    @property
    def done(self) -> str:
        """The end of the run in a word or two."""
        hit = "violated" if self.trace.property in self.case.content.properties else "reached"
        return f"{self.trace.property} {hit}"


LEFT_OUT = ("initial", "steps")
"""The keys of a trace's document that `header` leaves out."""


def header(trace: Trace) -> dict[str, Any]:
    """The part of a trace's document that says which run it is, without the run."""
    return {key: value for key, value in trace.as_json().items() if key not in LEFT_OUT}


@dataclass(frozen=True)
class ReadRow:
    """A row as it was read, all of it still to be checked: the start has no action."""

    action: str
    args: list[Any]
    inputs: Mapping[str, Any]
    state: Mapping[str, Mapping[str, Any]]


def document(head: Mapping[str, Any], rows: Iterable[ReadRow]) -> dict[str, Any]:
    """The document of a trace's schema that a header and rows make, the first of them the start."""
    start, *steps = rows
    return {
        **head,
        "initial": {"inputs": start.inputs, "state": start.state},
        "steps": [
            {"action": r.action, "args": r.args, "inputs": r.inputs, "state": r.state}
            for r in steps
        ],
    }
