"""A run as its calls and inputs in plain values, as a solver proposes it and the interpreter plays it."""

from dataclasses import dataclass

from vtsc.language.actions import Call

Inputs = dict[str, int | bool]


@dataclass(frozen=True)
class Witness:
    """A run that hits a target: its calls, the inputs of each step, and those of the initial state.

    An input asked for as a multiple of m may be called ``name*m``, and is then counted in units of m.
    Inputs on which nothing depends are left out.
    """

    calls: tuple[Call, ...]
    inputs: tuple[Inputs, ...]
    initial: Inputs


@dataclass(frozen=True)
class Earlier:
    """A run that hit a target before; it is a hint, and need not be a run any more."""

    run: Witness
    same: bool = True
    """Whether it is of a machine of the same sizes, so that it was the least one there."""
