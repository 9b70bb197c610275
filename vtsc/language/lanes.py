"""Lanes: what a picture of a run shows, one below the other, as a content declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vtsc.base.errors import BadFileError

TONES = ("idle", "ready", "active", "warning")
"""How a phase is coloured: nothing happens, something may happen, it happens, it is out of the ordinary."""


@dataclass(frozen=True)
class Values:
    """The value of a field after each step, as a line that rises and falls."""

    field: str


@dataclass(frozen=True)
class Phase:
    """A condition that a record is in for some steps, such as "waits at gate 3"."""

    label: str
    """Fields of the record may stand in it, in braces."""
    when: Mapping[str, int | bool] = field(default_factory=dict)
    """The values of fields by which it is recognised; the first phase of a lane whose values fit is shown."""
    tone: str = "idle"
    """One of `TONES`."""

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            known = ", ".join(TONES)
            raise BadFileError(f"phase {self.label!r}: unknown tone {self.tone!r}: known: {known}")


@dataclass(frozen=True)
class Phases:
    """The phases of a record as spans with labels. Where none fits, nothing is shown."""

    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Marks:
    """A mark for each observation that a step with this instance among its arguments made possible."""

    level: str = ""
    """The attribute of an observation by whose value marks stand higher or lower; none where it is empty."""


@dataclass(frozen=True)
class Lane:
    """A lane of pictures, once for each instance of a kind, or once for a record of its own.

    Lanes of the same ``of`` that follow each other are shown together, instance by instance. A lane of a
    field that the records of this run do not have is left out, and so is one without any mark.
    """

    title: str
    """``{number}`` stands for the instance's number, ``{record}`` for the record's name."""
    of: str
    """The kind of instance, or the name of a record."""
    shows: Values | Phases | Marks
