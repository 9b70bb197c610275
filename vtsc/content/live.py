"""Selects the uses of instances' numbers that concern one machine and its monitors."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vtsc.base.containers import leaves
from vtsc.content.reading.uses import Use

ELSEWHERE = frozenset((*sys.stdlib_module_names, "vtsc"))
"""Packages that are no content."""


def first_of(uses: Iterable[Use], owners: Sequence[object]) -> Use | None:
    """The first use by objects that the ``owners`` lead to, or by code that any object may call."""
    classes = set(_classes(owners))
    return next((use for use in uses if _concerns(use, classes)), None)


def _classes(owners: Sequence[object]) -> Iterator[type]:
    """The classes of the owners and of all objects that they lead to by attributes."""
    seen: set[int] = set()
    pending: list[Any] = list(owners)
    while pending:
        for thing in leaves(pending.pop(), seen):
            if type(thing).__module__.partition(".")[0] not in ELSEWHERE:
                yield from type(thing).__mro__
                pending += getattr(thing, "__dict__", {}).values()


def _concerns(use: Use, classes: set[type]) -> bool:
    return not use.owners or any(_is_live(owner, classes) for owner in use.owners)


def _is_live(owner: str, classes: set[type]) -> bool:
    """Whether an object of a class may take part; a sibling of a class that does is left out."""
    module, _, name = owner.rpartition(".")
    kind = getattr(sys.modules.get(module), name, None)
    if not isinstance(kind, type) or kind in classes:
        return True
    return not (set(kind.__mro__) - {object, kind}) & classes
