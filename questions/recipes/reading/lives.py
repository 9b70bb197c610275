"""Checks that each call is made on a vCPU that there is, and that some vCPU runs."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from questions.recipes.reading.calls import ONLY_TIME
from questions.recipes.reading.tree import Mistake, Step
from questions.recipes.script import RUNS, Call, Now, Op, Value

ANY_TIME = ("wait", "pause", *ONLY_TIME)
"""Calls that have to do with no state of a vCPU in the kernel."""


def check_lives(
    sections: Mapping[str, Sequence[Step]], vcpus: int, parked: AbstractSet[int]
) -> Iterator[tuple[Step, Mistake]]:
    """Each step that uses a vCPU that does not exist then, makes one twice, or runs a parked one."""
    living = set(range(vcpus))
    for section, steps in sections.items():
        if section == "restore":
            living = set()
        for step in steps:
            for who, call in _in_order(step):
                for what in _wrong(who, call, living, parked):
                    yield step, Mistake(what)
                if call.name == "KVM_CREATE_VCPU":
                    living.add(who)


def _in_order(step: Step) -> Iterator[tuple[int, Call]]:
    """The calls of vCPUs, in their order; threads one after the other."""
    if step.manner == "rows":
        yield from ((who, timed.call) for timed in step.calls for who in step.vcpus)
    else:
        yield from ((who, timed.call) for who in step.vcpus for timed in step.calls)


def _wrong(who: int, call: Call, living: AbstractSet[int], parked: AbstractSet[int]) -> list[str]:
    """What is wrong with a call."""
    if call.name == "KVM_CREATE_VCPU":
        return [f"{call.name}: there is a v{who} already"] if who in living else []
    found = []
    used = {who, *(v for _, value in call.fields for v in _now_of(value))}
    if call.name not in ANY_TIME:
        found += [
            f"{call.name}: the new VM has no v{v} yet; expected KVM_CREATE_VCPU of v{v} before"
            for v in sorted(used - living)
        ]
    if call.name in RUNS and who in parked:
        found.append(f"{call.name}: v{who} is parked, and so never runs")
    return found


def _now_of(value: Value | None) -> set[int]:
    """The vCPUs whose present state a value reads."""
    if isinstance(value, Op):
        return _now_of(value.left) | _now_of(value.right)
    return {value.vcpu} if isinstance(value, Now) and value.vcpu is not None else set()
