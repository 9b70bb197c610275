"""Nondeterministic inputs: where a step's free choices come from, in each way of running a model.

The model asks ``inputs.word(name, lo, *his)`` or ``inputs.flag(name)``. Exploration makes an
unknown of it, replay looks it up, simulation draws it. A name is asked for at most once a step: there is
one value for it in a trace, and one unknown.
"""

from typing import Protocol


class Inputs(Protocol):
    """A source of free choices; ``used`` has those made so far (none in exploration)."""

    used: dict[str, int | bool]

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


def twice(name: str) -> ValueError:
    """The error of a step that asks for an input again."""
    return ValueError(f"input {name} is asked for twice in one step: give each a name of its own")


def counted(name: str, multiple_of: int) -> str:
    """The name of the unknown that counts an input in units of ``multiple_of``."""
    return name if multiple_of == 1 else f"{name}*{multiple_of}"


def named(unknown: str) -> str:
    """The name of the input that an unknown counts (see `counted`)."""
    return unknown.partition("*")[0]
