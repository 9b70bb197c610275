"""The interface that every machine and every monitor offers the checker."""

from collections.abc import Sequence
from typing import Any, Protocol

from vtsc.language.actions import Call, Step
from vtsc.language.inputs import Inputs
from vtsc.language.lemmas import Lemma
from vtsc.language.progress import Progress
from vtsc.language.state import Record, State


class Machine(Protocol):
    """One design on one host with one set of parameters, ready to run."""

    sizes: dict[str, int]
    """How many instances there are of each kind."""
    symmetric: dict[str, tuple[int, ...]]
    """For each kind, instances that start out alike and that the rules treat alike."""

    constants: frozenset[str]
    """Names of fields that, with these parameters, keep their declared start for ever; checked."""

    def state(self) -> State:
        """A fresh state with every field at its declared start."""
        ...

    def initialise(self, state: Any, inputs: Inputs) -> None:
        """Make ``state`` an initial state."""
        ...

    def calls(self) -> Sequence[Call]:
        """All calls, in the canonical order."""
        ...

    def lemmas(self) -> Sequence[Lemma]:
        """What may be true of every reachable state: candidates for proofs."""
        ...

    def progress(self) -> Progress:
        """How each instance of a kind reaches its goal, so that no state is stuck."""
        ...

    def advance(self, state: Any, inputs: Inputs) -> None:
        """Let time pass, the first half of every step."""
        ...

    def perform(self, state: Any, call: Call, inputs: Inputs) -> Step:
        """Take the call, the second half of a step; raises `Illegal` where it is not allowed."""
        ...


class Monitor(Protocol):
    """A property watching a run."""

    name: str

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The monitor's own state, by name; fresh records."""
        ...

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step violates (or reaches) the property; updates the ghosts."""
        ...
