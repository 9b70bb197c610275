"""Whether the claim that no state is stuck is about any state at all: its conditions hold in some run.

The claim is made of instances that it concerns, where there is room, and of time where nothing is due. If no
run reaches such a state, the proof is of nothing. Random plain runs reach one as a rule; else a search may.
"""

from collections.abc import Callable, Iterator
from typing import Any

from vtsc.engines.search.bmc import search
from vtsc.evidence.systems import Systems
from vtsc.language.actions import Step
from vtsc.language.claims import Sometimes
from vtsc.language.progress import Progress
from vtsc.language.words import both, either
from vtsc.native.random_runs import simulate

STEPS = 120
"""The number of steps of plain runs."""
DEPTH = 12
"""The depth of a search for what plain runs do not reach."""


class _Met(Sometimes):
    """A state of which the claim is made."""

    def __init__(self, name: str, progress: Progress, holds: Callable[[Any, Any], bool]) -> None:
        self.name = f"progress_{name}"
        self.claim = f"a state of which progress is claimed: {name}"
        self._progress = progress
        self._holds = holds

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether it is reached."""
        claimed = self._progress
        some = either(
            claimed.concerns(machine, state, n) for n in range(machine.sizes[claimed.kind])
        )
        return both(both(some, claimed.room(machine, state)), self._holds(machine, state))


def nowhere(systems: Systems) -> str | None:
    """A sentence that says which conditions of the claim no run meets; None where all are met."""
    progress: Progress = systems.case.machine().progress()
    met = {monitor.name: (monitor, told) for monitor, told in _asked(progress)}
    machine = systems.case.machine()
    typical = systems.case.content.model.typical_input
    plain = simulate(machine, {n: m for n, (m, _) in met.items()}, STEPS, "progress", typical)
    for name, (monitor, told) in met.items():
        if not plain.violations[name]:
            found = search(systems.own([monitor]), [name], DEPTH, any_witness=[name])
            if name not in found.witnesses:
                within = "" if name in found.never else f" within {found.depth} steps"
                return f"progress is claimed of no state{within}: {told}"
    return None


def _asked(progress: Progress) -> Iterator[tuple[_Met, str]]:
    """The conditions that are to be met, each with what is to be said where it is not."""
    yield (
        _Met("room", progress, lambda machine, state: True),
        f"none with {progress.whom} where {progress.room_sentence}",
    )
    if progress.clock:
        told = f"none with {progress.whom} where {progress.room_sentence}, and {progress.idle_sentence}"
        yield _Met("idle", progress, progress.idle), told
