"""Symmetry: which instances of a kind start out alike, so any of them may stand for another.

Sound when the machine treats the named instances alike (its claim, `Machine.symmetric`) and their
initial fields are the same terms, or inputs of their own with the same bounds (checked here).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.language.state import Instance, Value
from vtsc.symbolic.values import Word, same
from vtsc.system.system import System


def note_symmetry(system: System, machine: Any) -> None:
    """Record which instances start out alike, where the initial terms really are alike."""
    for kind, instances in machine.symmetric.items():
        if len(instances) < 2 or not _alike(system, machine.sizes, kind, instances):
            continue
        system.symmetric[kind] = instances
    for call in system.calls:
        named = zip(machine.kinds(call), call.args, strict=True)
        system.uses[call] = tuple((k, i) for k, i in named if i in system.symmetric.get(k, ()))


def _alike(system: System, sizes: Mapping[str, int], kind: str, instances: Sequence[int]) -> bool:
    """Whether all initial values of the instances' fields are the same terms, or own inputs."""
    first = Instance(kind, instances[0])
    for slot in system.slots.values():
        if slot.instance != first:
            continue
        value, kin = system.initial[slot.name], slot.kin(sizes)
        for i in instances[1:]:
            other = system.initial[kin[i]]
            if not same(value, other) and not (_free(value) and _free(other)):
                return False
    return True


def _free(value: Value) -> bool:
    """Whether a value is an initial input of its own and nothing else."""
    return isinstance(value, Word) and len(value.form.terms) == 1 and value.form.constant == 0
