"""The number of instances of each kind that a step may involve, counted by the fields that can name them.

A machine stands for any number of instances only if all that a step involves are in it: those that a claim
or lemma speaks of, those that a call names, and those that a field of any of these, or a field of all,
may name.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vtsc.language.state import Record


def too_few(machine: Any, records: Mapping[str, Record], subjects: int) -> str:
    """The reason why a machine is too small to stand for any number of instances; empty if it is not.

    ``records``: those of its state, and the ghosts of its monitors under other names. ``subjects``: the
    number of instances that a claim and its lemmas speak of.
    """
    sizes = machine.sizes
    of_all, of_each = _naming(records, sizes)
    spoken = {r.instance.kind for name, r in records.items() if "." in name and r.instance}
    involved = Counter(dict.fromkeys(spoken or sizes, subjects))
    called = Counter[str]()
    for call in machine.calls():
        called |= Counter(machine.kinds(call))
    involved += called + of_all
    for kind in _ordered(sizes, of_each):
        if kind is None:
            return "its instances name others of their own kind"
        for (owner, named), count in of_each.items():
            if owner == kind:
                involved[named] += count * involved[kind]
    for kind, size in sizes.items():
        if involved[kind] > size:
            return (
                f"a step may involve {involved[kind]} of kind {kind}, by the fields that name them"
            )
    return ""


def _naming(
    records: Mapping[str, Record], sizes: Mapping[str, int]
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """The numbers of fields that name an instance of each kind: in records of all, and in those of one."""
    of_all, of_each = Counter[str](), Counter[tuple[str, str]]()
    for record in records.values():
        own = record.instance
        for field in record.fields.values():
            if field.kind == "index" and field.of in sizes:
                if own is None:
                    of_all[field.of] += 1
                elif own.number == 0:
                    of_each[own.kind, field.of] += 1
    return of_all, of_each


def _ordered(sizes: Mapping[str, int], of_each: Mapping[tuple[str, str], int]) -> list[str | None]:
    """The kinds, each before those that its instances name; ending in None where there is no such order."""
    left, found = [*sizes], list[str | None]()
    while left:
        first = next(
            (k for k in left if not any(owner in left and named == k for owner, named in of_each)),
            None,
        )
        found.append(first)
        if first is None:
            break
        left.remove(first)
    return found
