"""Nondeterministic inputs: where a step's free choices come from, in each way of running a model.

The model asks ``inputs.word(name, lo, *his)`` or ``inputs.flag(name)``. Exploration makes an
unknown of it, replay looks it up, simulation draws it. A name is asked for at most once a step: there is
one value for it in a trace, and one unknown.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from vtsc.base.errors import MeaningError

T = TypeVar("T")


class Inputs(Protocol):
    """A source of free choices."""

    @property
    def used(self) -> dict[str, int | bool]:
        """The choices made so far; none in exploration."""
        ...

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        """An integer in [lo, min(his)], a multiple of ``multiple_of``, not negative and below 2^62.

        Where there is none, the step is illegal.
        """
        ...

    def between(self, name: str, low: "Ratio", high: "Ratio") -> int:
        """An integer v with low <= v <= high, both given as (numerator, denominator > 0)."""
        ...

    def flag(self, name: str) -> bool:
        """A truth value."""
        ...


Ratio = tuple[int, int]


class Asked:
    """The inputs of the step in progress; one at a time in a process."""

    current: Inputs | None = None


class StepInputs:
    """Inputs for functions that are called in a step, however far down: those of the step in progress.

    An object of a state may hold it, and nothing is stored when a step begins. See `with_inputs`.
    """

    __slots__ = ()

    @property
    def used(self) -> dict[str, int | bool]:
        """The choices made so far."""
        return _asked().used

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        """See `Inputs.word`."""
        return _asked().word(name, lo, *his, multiple_of=multiple_of)

    def between(self, name: str, low: "Ratio", high: "Ratio") -> int:
        """See `Inputs.between`."""
        return _asked().between(name, low, high)

    def flag(self, name: str) -> bool:
        """See `Inputs.flag`."""
        return _asked().flag(name)


def _asked() -> Inputs:
    if Asked.current is None:
        raise MeaningError(
            "an input is asked for by a function that only looks: ask in a function that only steps "
            "call, and keep the answer in a field"
        )
    return Asked.current


def with_inputs(inputs: Inputs, function: Callable[..., T], *arguments: object) -> T:
    """Call a function that may ask for ``inputs`` by way of `StepInputs`, as may all that it calls."""
    before, Asked.current = Asked.current, inputs
    try:
        return function(*arguments)
    finally:
        Asked.current = before


def without_inputs(function: Callable[..., T], *arguments: object) -> T:
    """Call a function that only looks at a state; it is an error if it asks for an input."""
    before, Asked.current = Asked.current, None
    try:
        return function(*arguments)
    finally:
        Asked.current = before


def twice(name: str) -> ValueError:
    """The error of a step that asks for an input again."""
    return ValueError(f"input {name} is asked for twice in one step: give each a name of its own")


def counted(name: str, multiple_of: int) -> str:
    """The name of the unknown that counts an input in units of ``multiple_of``."""
    return name if multiple_of == 1 else f"{name}*{multiple_of}"


def named(unknown: str) -> str:
    """The name of the input that an unknown counts (see `counted`)."""
    return unknown.partition("*")[0]
