"""Instances: the one that a record belongs to, and the calls that stand for those of all instances of a kind.

The rules of a machine treat all instances of a kind alike (`Machine.sizes`). Where only the calls of
first instances are explored, a field of another instance changes as the same field of a first one does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.language.actions import Call
from vtsc.language.numbers import Noted, Number
from vtsc.language.state import Instance, Record


def check_instances(records: Mapping[str, Record], sizes: Mapping[str, int]) -> None:
    """Raise `BadFileError` unless each record says to which instance it belongs, as `instances` makes it.

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


def everyone(machine: Any) -> dict[str, tuple[int, ...]]:
    """All instances of each kind."""
    return {kind: tuple(range(size)) for kind, size in machine.sizes.items()}


def outermost(machine: Any) -> tuple[Call, ...]:
    """The calls that stand for all, and for each of them the one that names the highest instances instead."""
    sizes = machine.sizes
    found: dict[Call, None] = {}
    for call in representatives(machine):
        found[call] = None
        kinds = machine.kinds(call)
        numbers = (sizes[k] - 1 - n for k, n in zip(kinds, call.args, strict=True))
        found[Call(call.name, tuple(numbers))] = None
    return tuple(found)


def own_numbers(
    records: Mapping[str, Record], sizes: Mapping[str, int], noted: Noted
) -> dict[str, dict[str, Number]]:
    """The attributes that hold an instance's own number, by record, as numbers that tell of their use."""
    found: dict[str, dict[str, Number]] = {}
    named = named_by(records, sizes)
    for name, record in records.items():
        instance = record.instance
        for attribute in named.get(instance.kind, ()) if instance else ():
            if instance is not None and attribute in vars(record):
                number = Number.of(instance.kind, instance.number, noted)
                found.setdefault(name, {})[attribute] = number
    return found


def named_by(records: Mapping[str, Record], sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """The attributes of records, by kind, that hold the number of their instance and are no fields."""
    found = {}
    for kind in (kind for kind, size in sizes.items() if size > 1):
        own = [r for r in records.values() if r.instance is not None and r.instance.kind == kind]
        names = dict.fromkeys(name for r in own for name in vars(r) if name not in r.fields)
        found[kind] = [name for name in names if all(_is_own_number(r, name) for r in own)]
    return found


def _is_own_number(record: Record, name: str) -> bool:
    """Whether an attribute holds the number of the record's instance, or is none of this record's."""
    assert record.instance is not None
    value = vars(record).get(name, record.instance.number)
    return type(value) is int and value == record.instance.number
