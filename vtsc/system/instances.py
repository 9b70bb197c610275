"""Instances: whose a record is, and which calls stand for the calls of all instances of a kind.

The rules of a machine treat all instances of a kind alike (`Machine.sizes`). Where only the calls of
first instances are explored, a field of another instance changes as the same field of a first one does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.language.actions import Call
from vtsc.language.state import Instance, Record


def check_instances(records: Mapping[str, Record], sizes: Mapping[str, int]) -> None:
    """Raise `BadFileError` unless records say whose they are in the way that `instances` makes them.

    ``records``: those of a machine's state, and those of monitors under the monitor's name. A machine has a
    record for every instance. The record of an instance that does not say so would seem never to change.
    """
    every = {Instance(kind, n) for kind, size in sizes.items() for n in range(size)}
    for instance in sorted(every, key=lambda i: i.name):
        if instance.name not in records:
            raise BadFileError(f"the state has no record {instance.name}")
    named = {instance.name: instance for instance in every}
    for name, record in records.items():
        owner, dot, own = name.rpartition(".")
        if record.instance != named.get(own):
            raise BadFileError(f"record {name}: make the records of a kind with `instances`")
        kind = record.instance.kind if record.instance else None
        for other in every:
            if other.kind == kind and owner + dot + other.name not in records:
                raise BadFileError(f"there is a record {name}, and none of {other.name}")


def representatives(machine: Any) -> tuple[Call, ...]:
    """The calls that stand for all: each names the lowest instances of a kind, in ascending order."""
    return tuple(call for call in machine.calls() if _lowest(machine.kinds(call), call.args))


def _lowest(kinds: Sequence[str], args: Sequence[int]) -> bool:
    """Whether an instance is named only where all lower ones of its kind have been named before it."""
    free = dict.fromkeys(kinds, 0)
    for kind, number in zip(kinds, args, strict=True):
        if number > free[kind]:
            return False
        free[kind] = max(free[kind], number + 1)
    return True
