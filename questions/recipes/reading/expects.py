"""Reads what is expected of a property, such as ``holds`` or ``depends: CONDITION``."""

from collections.abc import Mapping

from questions.recipes.reading.tree import Expected, Mistake
from questions.recipes.reading.wants import told
from vtsc.base.spelling import near

RESULTS = ("holds", "fails", "depends", "unavailable")
FORMS = 'expected "holds", "fails", "unavailable", "depends" or "depends: CONDITION"'


def expected(name: str, given: object, wanted: Mapping[str, object], line: int) -> Expected:
    """What a file expects of the property ``name``, which it has to want."""
    if name not in wanted or wanted[name] is False:
        raise Mistake(f"{name} is not wanted: {near(name, list(wanted))}")
    if not isinstance(given, str):
        raise Mistake(f"{name} = {told(given)}: {FORMS}")
    result, colon, condition = given.partition(":")
    stated = bool(condition.strip())
    if result not in RESULTS or bool(colon) != stated or (stated and result != "depends"):
        raise Mistake(f"{name} = {told(given)}: {FORMS}")
    return Expected(result, " ".join(condition.split()), line)
