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
