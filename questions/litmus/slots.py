"""An execution as it is proposed: what holds at the start, and which instruction executes when."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """What executes at one time: ``events`` are vCPUs with numbers of instructions (0: the units' commit).

    ``passed``: the cycles since the start. Instructions in one slot are executed at the same time.
    """

    passed: int
    events: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Run:
    """``start``: each unknown of the question that is not a time, by name. ``slots``: in order of time."""

    start: Mapping[str, int]
    slots: tuple[Slot, ...]
