"""Checks that a script's delays and properties can be decided about."""

import re

from questions.recipes.properties import PROPERTIES
from questions.recipes.script import Gap, Script, steps
from vtsc.base.errors import BadFileError
from vtsc.symbolic.names import INPUTS_TAKEN

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
"""What the name of a gap may be."""


def check(script: Script) -> None:
    """Raise `BadFileError` where a delay or a property cannot be decided about."""
    found: dict[str, tuple[int, int]] = {}
    gaps = [script.guest.uptime]
    for section in script.sections:
        gaps += [section.gap, *(step.gap for step in steps(section))]
    for gap in gaps:
        _check_gap(gap, found.setdefault(gap.name, (gap.low, gap.high)))
    for wanted in script.wanted:
        if wanted.name not in PROPERTIES:
            raise BadFileError(f"no property {wanted.name}: accepted are {', '.join(PROPERTIES)}")
        unknown = [x for x in wanted.parameters if x not in PROPERTIES[wanted.name].parameters]
        if unknown:
            raise BadFileError(f"{wanted.name} has no parameter {unknown[0]}")


def _check_gap(gap: Gap, before: tuple[int, int]) -> None:
    if not NAME.fullmatch(gap.name) or INPUTS_TAKEN.fullmatch(gap.name):
        raise BadFileError(f"a delay cannot be called {gap.name!r}")
    if not 0 <= gap.low <= gap.high < 2**61:
        raise BadFileError(f"the delay {gap.name} has no range: {gap.low} to {gap.high} ns")
    if before != (gap.low, gap.high):
        raise BadFileError(f"the delay {gap.name} has two ranges")
