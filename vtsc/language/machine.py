"""The interface that every machine and every monitor offers the checker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from vtsc.language.actions import Call, Step
from vtsc.language.inputs import Inputs
from vtsc.language.lemmas import Lemma
from vtsc.language.progress import Progress
from vtsc.language.state import State


@dataclass(frozen=True)
class Rounds:
    """A form of long runs: some calls to begin with, a loop taken several times, some calls to end with."""

    beginnings: tuple[int, ...]
    """The numbers of calls at the beginning, each of which is tried."""
    loop: int
    """The number of calls in each turn of the loop."""
    end: int
    """The number of calls after the loop."""


class Machine(Protocol):
    """One design on one host with one set of parameters, ready to run."""

    sizes: dict[str, int]
    """The number of instances of each kind. The rules are meant to treat all instances of a kind alike."""
    symmetric: dict[str, tuple[int, ...]]
    """For each kind, instances that also start out alike."""

    constants: frozenset[str]
    """Names of fields that, with these parameters, keep their declared start for ever; checked."""
    time_input: str
    """The input that says how much time passes in a step; empty where there is none.

    Of equally short runs, one in which least time passes is shown.
    """
    rounds: tuple[Rounds, ...]
    """The forms of long runs that are looked for where nothing else decides; none where it is empty."""

    stores_of: ClassVar[Mapping[type, Sequence[str]]]
    """By class, the kinds of record that its functions store into: of instances, or names of records.

    The functions of other classes store into the whole state, but for those of monitors: these have ghosts.
    """

    def state(self) -> State:
        """A fresh state with every field at its declared start."""
        ...

    def initialise(self, state: Any, inputs: Inputs) -> None:
        """Make ``state`` an initial state."""
        ...

    def calls(self) -> Sequence[Call]:
        """All calls, in the canonical order."""
        ...

    def kinds(self, call: Call) -> tuple[str, ...]:
        """For each argument of ``call``, the kind of instance that it names by its number."""
        ...

    def enabled(self, state: Any, call: Call) -> bool:
        """Whether the guard of ``call`` holds in ``state``, natively; its effect may ask for more."""
        ...

    def lemmas(self) -> Sequence[Lemma]:
        """Candidate lemmas about every reachable state."""
        ...

    def progress(self) -> Progress:
        """The way in which each instance of a kind reaches its goal: no state is stuck."""
        ...

    def advance(self, state: Any, inputs: Inputs) -> None:
        """Let time pass, the first half of every step."""
        ...

    def perform(self, state: Any, call: Call, inputs: Inputs) -> Step:
        """Take the call, the second half of a step; raises `Illegal` where it is not allowed."""
        ...
