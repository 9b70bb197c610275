"""Symmetry: which instances of a kind start out alike, so that any of them may stand for another.

Sound when the machine treats the named instances alike (its claim, `Machine.symmetric`) and their
initial fields are the same terms, or inputs of their own with the same bounds (checked here).
"""

from collections.abc import Sequence
from typing import Any

from vtsc.language.state import Value
from vtsc.symbolic.values import Word, same
from vtsc.system.system import System


def note_symmetry(system: System, machine: Any) -> None:
    """Record which instances start out alike, where the initial terms really are alike."""
    for kind, instances in machine.symmetric.items():
        if len(instances) < 2 or not _alike(system, kind, instances):
            continue
        system.symmetric[kind] = instances
    for call in system.calls:
        named = zip(machine.kinds(call), call.args, strict=True)
        system.uses[call] = tuple((k, i) for k, i in named if i in system.symmetric.get(k, ()))


def _alike(system: System, kind: str, instances: Sequence[int]) -> bool:
    """Whether all initial values of the instances' fields are the same terms, or own inputs."""
    first = f"{kind}{instances[0]}"
    for name, value in system.initial.items():
        record, _, own = name.rpartition(".")
        owner, dot, instance = record.rpartition(".")
        if instance != first:
            continue
        for i in instances[1:]:
            other = system.initial[f"{owner}{dot}{kind}{i}.{own}"]
            if not same(value, other) and not (_free(value) and _free(other)):
                return False
    return True


def _free(value: Value) -> bool:
    """Whether a value is an initial input of its own and nothing else."""
    return isinstance(value, Word) and len(value.form.terms) == 1 and value.form.constant == 0
