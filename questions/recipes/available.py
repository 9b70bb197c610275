"""Whether a kernel has the calls that a recipe makes."""

from model.today import Rules
from questions.recipes.script import Op, Part, Script, Step, Value, steps

ATTRIBUTES = ("KVM_GET_DEVICE_ATTR", "KVM_SET_DEVICE_ATTR")
VALID = ("host_tsc", "realtime")


def missing(script: Script, rules: Rules) -> str:
    """What a recipe uses that the kernel has not; empty where it has all."""
    for section in script.sections:
        for step in steps(section):
            if step.call.name in ATTRIBUTES and not rules.offset_attribute:
                return "these rules have no attribute KVM_VCPU_TSC_OFFSET (it came with 5.16)"
            if not rules.clock_flags and _uses_flags(step):
                return "these rules have no flags REALTIME and HOST_TSC (they came with 5.16)"
    return ""


def _uses_flags(step: Step) -> bool:
    return any(_is_valid_part(value) for _, value in step.call.fields)


def _is_valid_part(value: Value | None) -> bool:
    if isinstance(value, Op):
        return _is_valid_part(value.left) or _is_valid_part(value.right)
    return isinstance(value, Part) and value.name in VALID
