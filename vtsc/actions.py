"""Actions: what a machine can do in one step, and the interface every machine offers the engines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from vtsc.inputs import Inputs
from vtsc.lemmas import Lemma
from vtsc.records import Record, State

if TYPE_CHECKING:  # it imports this module
    from vtsc.situations import Progress

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Action(Generic[S]):
    """One row of an action table.

    ``over`` names the kinds of instance the arguments range over. ``when`` and ``effect`` are
    called with the state, the step's inputs (``effect`` only) and the arguments.
    """

    name: str
    over: tuple[str, ...]
    when: Callable[..., bool]
    effect: Callable[..., Any]
    meaning: str


@dataclass(frozen=True)
class Call:
    """An action with its arguments: what a step of a trace does."""

    name: str
    args: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.args))})" if self.args else self.name


@dataclass
class Step:
    """What one step did, as monitors see it: the call, what was observed, what was noted."""

    call: Call
    observed: Any = None
    notes: set[str] = field(default_factory=set)


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

    def progress(self) -> "Progress":
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
