"""Properties made of a measure: that it is at most or at least a number, and that it has a value."""

import re
from typing import Any

from vtsc.language.actions import Step
from vtsc.language.claims import Property
from vtsc.language.state import Record, counter
from vtsc.language.words import integer

NAMED = re.compile(r"(?P<of>\w+)_at_(?P<end>most|least)_(?P<limit>-?(0|[1-9][0-9]*))")
VALUE = "measured"
"""The ghost of `recording` in whose field ``value`` the measure is kept."""


class Latest(Record):
    """The measure at the latest step that has one."""

    value: int = counter("parts of a unit", "the measure at the latest step that has one")


def named(prop: str, limit: int, sign: int = 1) -> str:
    """The name of the property that a property's measure is at most ``limit``, in parts of its unit.

    With ``sign`` -1 that is said of the measure's opposite, so the measure is at least -``limit``.
    """
    return f"{prop}_at_most_{limit}" if sign > 0 else f"{prop}_at_least_{-limit}"


def within(prop: Property, limit: int, sign: int = 1) -> Property:
    """The property of that name."""
    measure = prop.measure
    assert measure is not None

    def observe(self: Any, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether the measure is beyond the limit that the name gives."""
        beyond: bool = self.exceeds(machine, state, ghosts, step, limit, sign)
        self.remember(machine, state, ghosts, step)
        return beyond

    end = "at most" if sign > 0 else "at least"
    own = {
        "name": named(prop.name, limit, sign),
        "claim": f"{measure.name}, {measure.claim}, is {end} {sign * limit}",
        "expected": "",
        "permitted": lambda self, machine, state: limit,
        "observe": observe,
        "__module__": type(prop).__module__,
    }
    made: Property = type(type(prop).__name__, (type(prop),), own)()
    return made


def recording(prop: Property, sign: int = 1) -> Property:
    """A property that is hit by each step with a measure, whose value it keeps in a ghost of its own.

    With ``sign`` -1 it keeps the opposite.
    """
    base: Any = type(prop)

    def ghosts(self: Any, machine: Any) -> dict[str, Record]:
        """Those of the property, and the value."""
        return {**base.ghosts(self, machine), VALUE: Latest()}

    def observe(self: Any, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Keep the greatest of the values that are defined."""
        found = False
        own = {name: ghost for name, ghost in ghosts.items() if name != VALUE}
        for defined, value in self.measured(machine, state, own, step):
            signed = sign * integer(value)
            if defined and (not found or signed > integer(ghosts[VALUE].value)):
                ghosts[VALUE].value = signed
                found = True
        self.remember(machine, state, own, step)
        return found

    own = {"expected": "", "ghosts": ghosts, "observe": observe, "__module__": base.__module__}
    made: Property = type(base.__name__, (base,), own)()
    return made
