"""Each call succeeds, or fails as the recipe says."""

from questions.recipes.properties.property import Parameters, RecipeProperty, Seen
from questions.recipes.script import steps


def claim(seen: Seen, parameters: Parameters) -> bool:
    """A call fails if and only if its step has an errno."""
    number = 0
    for section in seen.script.sections:
        for step in steps(section):
            failed = seen.note(f"failed.{number}")
            number += 1
            if failed if not step.call.errno else not failed:
                return False
    return True


PROPERTY = RecipeProperty(
    "calls_succeed",
    "each call succeeds, or fails as the recipe says",
    claim,
    failing="the VMM goes on as if the call had done its work",
    sometimes=lambda seen, parameters: any(map(steps, seen.script.sections)),
    otherwise="there is no call",
)
