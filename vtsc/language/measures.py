"""Properties made of a property's measure: that it is at most a number, and that it has a value."""

import re
from typing import Any

from vtsc.language.actions import Step
from vtsc.language.claims import Property
from vtsc.language.state import Record, counter
from vtsc.language.words import integer

AT_MOST = "_at_most_"
NAMED = re.compile(rf"(?P<of>\w+){AT_MOST}(?P<limit>-?(0|[1-9][0-9]*))")
VALUE = "measured"
"""The ghost of `recording` in whose field ``value`` the measure is kept."""


class Latest(Record):
    """The measure at the latest step that has one."""

    value: int = counter("parts of a unit", "the measure at the latest step that has one")


def named(prop: str, limit: int) -> str:
    """The name of the property that a property's measure is at most ``limit``, in parts of its unit."""
    return f"{prop}{AT_MOST}{limit}"


def at_most(prop: Property, limit: int) -> Property:
    """The property that the measure of ``prop`` is at most ``limit``, in whole parts of its unit."""
    measure = prop.measure
    assert measure is not None

    def within(self: Any, machine: Any, state: Any) -> int:
        """The limit that the name gives."""
        return limit

    own = {
        "name": named(prop.name, limit),
        "claim": f"{measure.name}, {measure.claim}, is at most {limit}",
        "expected": "",
        "permitted": within,
        "observe": Property.observe,
        "__module__": type(prop).__module__,
        "__doc__": f"Violated iff {measure.name} > {limit}.",
    }
    made: Property = type(type(prop).__name__, (type(prop),), own)()
    return made


def recording(prop: Property) -> Property:
    """A property that is hit by each step with a measure, whose value it keeps in a ghost of its own."""
    base: Any = type(prop)

    def ghosts(self: Any, machine: Any) -> dict[str, Record]:
        """Those of the property, and the value."""
        return {**base.ghosts(self, machine), VALUE: Latest()}

    def observe(self: Any, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Keep the greatest of the values that are defined."""
        found = False
        own = {name: ghost for name, ghost in ghosts.items() if name != VALUE}
        for defined, value in self.measured(machine, state, own, step):
            if defined and (not found or integer(value) > integer(ghosts[VALUE].value)):
                ghosts[VALUE].value = value
                found = True
        self.remember(machine, state, own, step)
        return found

    own = {"expected": "", "ghosts": ghosts, "observe": observe, "__module__": base.__module__}
    made: Property = type(base.__name__, (base,), own)()
    return made
