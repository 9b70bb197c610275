"""The meanings that a value of a step may have, as far as they have to do with instances."""

from collections.abc import Iterable
from enum import Flag, auto


class Tag(Flag):
    """The possible meanings of a value."""

    NONE = 0
    NUMBER = auto()
    """The number of an instance."""
    SIZE = auto()
    """A number of how many instances there are."""
    MANY = auto()
    """A sequence, or records by name, with an item for each instance or for each of some."""
    NUMBERS = auto()
    """A sequence whose items are numbers of instances, or hold them."""
    SIZES = auto()
    """A table of how many instances there are of each kind."""
    NAME = auto()
    """A text that is made of a number."""
    SETTINGS = auto()
    """The parameters by name, some of which say how many instances there are."""


def item(tag: Tag) -> Tag:
    """The meaning of an item of a sequence."""
    return Tag.NUMBER if Tag.NUMBERS in tag else Tag.NONE


def union(tags: Iterable[Tag]) -> Tag:
    """All meanings together."""
    found = Tag.NONE
    for tag in tags:
        found |= tag
    return found


def numbered(*tags: Tag) -> Tag:
    """The meaning of a sequence of such items, as far as numbers of instances go."""
    return Tag.NUMBERS if any(t & (Tag.NUMBER | Tag.NUMBERS) for t in tags) else Tag.NONE
