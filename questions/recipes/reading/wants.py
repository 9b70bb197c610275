"""What a recipe may want of a run, each with the kind of its argument."""

from collections.abc import Mapping

from questions.recipes.reading.tree import Delay, Mistake
from questions.recipes.reading.values import delay
from questions.recipes.script import Wanted
from vtsc.base.spelling import near

FLAG, LIMIT, POLICY = "flag", "limit", "policy"
WANTS: Mapping[str, str] = {
    "tsc_continuous": LIMIT,
    "offsets_equal": FLAG,
    "offsets_kept": FLAG,
    "master_clock": FLAG,
    "write_lands": LIMIT,
    "agree": LIMIT,
    "kvmclock_monotonic": FLAG,
    "pause_consistent": LIMIT,
    "timers": LIMIT,
    "ref_monotonic": FLAG,
    "ref_agrees": LIMIT,
    "signalled": LIMIT,
    "clock_read_usable": FLAG,
    "no_early_run": FLAG,
    "calls_succeed": FLAG,
}
"""The properties: one that is wanted or not, or one with a limit, such as ``agree = "10ms"``."""
LIMITS: Mapping[str, str] = {"timers": "L", "signalled": "J"}
"""What the limit of a property is called where it is not called x."""
OF_PAUSE = ("tsc_continuous", "pause_consistent")
"""The properties that depend on the policy ``pause``."""
PAUSE = ("include", "exclude")
"""Whether the guest's time is to include the pause: the policy ``pause``."""


def want(name: str, given: object) -> object:
    """The argument of a property or policy: nanoseconds for a limit; raises `Mistake`."""
    if name == "pause":
        if given not in PAUSE:
            raise Mistake(f"pause = {told(given)}: expected {' or '.join(map(told, PAUSE))}")
        return given
    if name not in WANTS:
        raise Mistake(
            f"unknown property {name}: {near(name, [*WANTS, 'pause'], 'docs/recipes.md')}"
        )
    if WANTS[name] == FLAG:
        if not isinstance(given, bool):
            raise Mistake(f"{name} = {told(given)}: expected true or false")
        return given
    if given is False:
        return False
    try:
        limit = delay(given, {})
    except Mistake:
        limit = Delay(0, 1)
    if not limit.fixed:
        raise Mistake(f'{name} = {told(given)}: expected a limit such as "10ms", or false')
    return limit.high


def wanted(table: Mapping[str, object]) -> tuple[Wanted, ...]:
    """The properties that a table asks about, each with its parameters."""
    found = []
    for name, argument in table.items():
        if name == "pause" or argument is False:
            continue
        parameters: dict[str, int | str] = {}
        if WANTS[name] == LIMIT:
            parameters[LIMITS.get(name, "x")] = int(str(argument))
        if name in OF_PAUSE and "pause" in table:
            parameters["P"] = str(table["pause"])
        found.append(Wanted(name, parameters))
    return tuple(found)


def told(given: object) -> str:
    """A value as TOML writes it."""
    if isinstance(given, bool):
        return str(given).lower()
    return f'"{given}"' if isinstance(given, str) else str(given)
