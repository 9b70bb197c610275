"""The names of unknowns: how a field, an input or a choice is called at each point of a run.

A field is ``record.name`` before a step, ``record.name~`` when time has passed in it, ``record.name'`` after
it, and ``record.name@3`` at depth 3 of a run. An index field has one Boolean unknown for each value, such as
``name=2``. An input has its own name, with ``*1000`` behind it where it is counted in thousands; ``initial.``
stands before the inputs of the initial state, which are the same throughout a run.
"""

import re

INITIAL = "initial."
MID = "~"
AFTER = "'"
"""Marks a field's unknown after a step, until a depth is given."""


INPUTS_TAKEN = re.compile(r"(any|assume|broken|c|i|quotient|rule)\d+|bad")
"""Names that the engines and the questions of certificates give to unknowns of their own."""
PARAMETER = "parameter"
"""Stands, with a dot, before the names of unknowns that are numbers of a parameter's values."""
RECORDS_TAKEN = frozenset(("hit", "initial", PARAMETER, "touched", "undecided", "wraps"))
"""Records whose fields' names would be those of unknowns that the engines make."""


def at_depth(name: str, depth: int) -> str:
    """The name of a step's unknown ``name`` in the step that starts at ``depth``.

    Inputs of the initial state are the same throughout a run.
    """
    if name.startswith(INITIAL):
        return name
    base, equals, value = name.partition("=")
    own = base.removesuffix(AFTER)
    return f"{own}@{depth + (own != base)}{equals}{value}"


def called(number: int) -> str:
    """The flag that a step makes the call of that number."""
    return f"call{number}"


def chosen(number: int) -> str:
    """The flag that a step takes the rule of that number."""
    return f"rule{number}"


def hit(target: str) -> str:
    """The flag that a step hits ``target``."""
    return f"hit.{target}"


def touched(kind: str, number: int) -> str:
    """The flag that a step or one before it named that instance of a kind."""
    return f"touched.{kind}{number}"


def member(name: str, value: int) -> str:
    """The flag that the index field ``name`` has that value."""
    return f"{name}={value}"


def quotient(identity: int) -> str:
    """The integer that a quotient's value is."""
    return f"quotient{identity}"
