"""Actions: what a machine can do in one step, and the interface every machine offers the engines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from vtsc.language.state import State

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Action(Generic[S]):
    """One row of an action table.

    ``over`` names the kinds of instance the arguments range over. ``when`` and ``effect`` are
    called with the state and the arguments.
    """

    name: str
    over: tuple[str, ...]
    when: Callable[..., bool]
    effect: Callable[..., Any]
    meaning: str


@dataclass(frozen=True)
class Call:
    """An action with its arguments; each step of a trace takes one."""

    name: str
    args: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.args))})" if self.args else self.name


class Observed(Protocol):
    """Something that a step lets somebody observe, such as a value that was read."""

    def told(self, last: Any) -> str:
        """Its text in a trace; ``last`` is the observation before it, None if there was none."""
        ...


@dataclass(frozen=True)
class Step:
    """A step as monitors see it: the call, and the observation."""

    call: Call
    observed: Any = None
    """An `Observed`; None where the step lets nobody observe anything."""
