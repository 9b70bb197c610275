"""What a recipe's values stand for while it runs: literals, what was saved, what would be read now."""

from typing import Any

from questions.recipes.script import Literal, Now, Op, Part, Saved, Value
from questions.recipes.world import World
from vtsc.base.errors import BadFileError
from vtsc.language import both, u64

MSRS = ("TSC", "TSC_ADJUST", "TSC_DEADLINE", "SYSTEM_TIME", "REFERENCE_TSC")


def value_of(world: World, value: Value, field: str, who: int) -> Any:
    """The number that a value of a field stands for in a call of vCPU ``who``."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, Saved):
        vcpu, what = who if value.vcpu is None else value.vcpu, value.field or field
        if what == "realtime":
            return _part(world, Part("clock", what))
        return world.notes.get(what if what == "clock" else f"{what}.{vcpu}")
    if isinstance(value, Now):
        return world.read(who if value.vcpu is None else value.vcpu, value.field or field)
    if isinstance(value, Part):
        return _part(world, value)
    return _combined(world, value, field, who)


def _part(world: World, value: Part) -> Any:
    """A field of a reading of the clock; notes whether the kernel said that it is valid."""
    if value.name != "clock":
        world.ghost.used = True
        world.ghost.usable = both(world.ghost.usable, world.notes.get(f"{value.record}.flagged"))
    return world.notes.get(f"{value.record}.{value.name}")


def _combined(world: World, value: Op, field: str, who: int) -> Any:
    left = value_of(world, value.left, field, who)
    right = value_of(world, value.right, field, who)
    if value.operator == "or":
        return left if left != 0 else right
    if value.operator == "+":
        return u64(left + right)
    if value.operator == "-":
        return u64(left - right)
    if value.operator == "*":
        return u64(left * right)
    if value.operator == "//":
        return left // right
    raise BadFileError(f"no operator {value.operator}: accepted are + - * // or")
