"""What a recipe may want of a run, each with the kind of its argument."""

from collections.abc import Mapping

from questions.recipes.properties import PROPERTIES
from questions.recipes.reading.tree import Delay, Mistake
from questions.recipes.reading.values import delay
from questions.recipes.script import Wanted
from vtsc.base.spelling import near

PAUSE = "pause"
POLICIES = ("include", "exclude")
"""Whether the guest's time is to include the pause: the policy ``pause``."""


def limit_of(name: str) -> str:
    """The parameter of a property that is its limit; empty where it has none."""
    return next((each for each in PROPERTIES[name].parameters if each != PAUSE), "")


def want(name: str, given: object) -> object:
    """The argument of a property or policy: nanoseconds for a limit; raises `Mistake`."""
    if name == PAUSE:
        if given not in POLICIES:
            raise Mistake(f"pause = {told(given)}: expected {' or '.join(map(told, POLICIES))}")
        return given
    if name not in PROPERTIES:
        known = [*PROPERTIES, PAUSE]
        raise Mistake(f"unknown property {name}: {near(name, known, 'docs/recipes.md')}")
    if isinstance(given, bool):
        return given
    if not limit_of(name):
        raise Mistake(f"{name} = {told(given)}: expected true or false")
    try:
        limit = delay(given, {})
    except Mistake:
        limit = Delay(0, 1)
    if not limit.fixed:
        raise Mistake(f'{name} = {told(given)}: expected a limit such as "10ms", true or false')
    return limit.high


def wanted(table: Mapping[str, object]) -> tuple[Wanted, ...]:
    """The properties that a table asks about, each with its parameters; those not given have defaults."""
    found = []
    for name, argument in table.items():
        if name == PAUSE or argument is False:
            continue
        parameters = dict(PROPERTIES[name].parameters)
        if argument is not True:
            parameters[limit_of(name)] = int(str(argument))
        if PAUSE in parameters and PAUSE in table:
            parameters[PAUSE] = str(table[PAUSE])
        found.append(Wanted(name, parameters))
    return tuple(found)


def told(given: object) -> str:
    """A value as TOML writes it."""
    if isinstance(given, bool):
        return str(given).lower()
    return f'"{given}"' if isinstance(given, str) else str(given)
