"""Looks into containers."""

from collections.abc import Iterator


def leaves(value: object, seen: set[int]) -> Iterator[object]:
    """Everything in a value, and in the containers in it, that is no list, tuple, set or dict itself.

    What is in ``seen``, by its identity, is left out; what is met is added.
    """
    pending = [value]
    while pending:
        thing = pending.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, list | tuple | set | frozenset):
            pending += thing
        elif isinstance(thing, dict):
            pending += thing.values()
        else:
            yield thing
