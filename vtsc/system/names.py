"""The names of unknowns: how a field, an input or a choice is called at each point of a run."""

AFTER = "'"
"""Marks a field's unknown after a step, until a depth is given."""


def at_depth(name: str, depth: int) -> str:
    """What the unknown ``name`` of a step is called in the step that starts at ``depth``.

    Inputs of the initial state are the same throughout a run.
    """
    if name.startswith(INITIAL):
        return name
    base, equals, member = name.partition("=")
    own = base.removesuffix(AFTER)
    return f"{own}@{depth + (own != base)}{equals}{member}"


INITIAL = "initial."


MID = "~"


TOUCHED = "touched."
