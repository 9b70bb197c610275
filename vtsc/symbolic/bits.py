"""Single bits of words: and, or, exclusive or with a constant, each an exact sum of remainders."""

from collections.abc import Iterator

from vtsc.base.errors import MeaningError
from vtsc.language.words import MODULUS


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """The runs of ones in ``mask``: the place of the lowest bit of each, and the place above its highest."""
    place = 0
    while mask >> place:
        while not mask >> place & 1:
            place += 1
        low = place
        while mask >> place & 1:
            place += 1
        yield low, place


def constant_mask(other: object, operator: str) -> int:
    """``other`` if it can be a mask; raises `MeaningError` where it is none."""
    if isinstance(other, int) and not isinstance(other, bool) and 0 <= other < MODULUS:
        return other
    raise MeaningError(
        f"`{operator}` of a word: the other operand is a constant from 0 to 2^64-1; "
        "two flags are combined, and x - (x & mask) clears bits"
    )
