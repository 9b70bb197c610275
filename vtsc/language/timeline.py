"""What a model says of a run to viewers that know only time and events: when a step is, and what it leaves.

A system that is traced records events: each has a name, a text, and the task and processor at which it
happened. A model may declare which of them its steps stand for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.parameters import Settings
from vtsc.language.state import Snapshot


@dataclass(frozen=True)
class Moment:
    """A step as it is told: its call, what it let somebody observe, and the states before and after it.

    The start of a run is a moment without a call, whose state before is empty.
    """

    settings: Settings
    call: Call | None
    observed: Any
    before: Snapshot
    after: Snapshot


@dataclass(frozen=True)
class Event:
    """An event that a traced system would record: its name, its text, its task and its processor."""

    name: str
    text: str
    task: str
    pid: int
    """The number of the task."""
    place: int
    """The number of the processor, from 0."""


@dataclass(frozen=True)
class Timeline:
    """The time of each state, and the events of each step."""

    clock: Callable[[Settings, Snapshot], int]
    """The time that has passed since the start of the run, in whole ns; it never goes back."""
    events: Callable[[Moment], Iterable[Event]]
    """The events of a step, in the order in which they are recorded."""
