"""Pieces of work that wait for a process, with somebody who is told when one of them is taken."""

from collections.abc import Callable
from typing import TypeVar

from vtsc.base.parallel import Waiting

W = TypeVar("W")


class Watched(Waiting[W]):
    """`Waiting` that tells ``taken`` of each item for which there is a process now."""

    def __init__(self, taken: Callable[[W], None]) -> None:
        super().__init__()
        self._taken = taken

    def take(self) -> tuple[int, W]:
        """Remove the next item, and return its number and the item."""
        number, item = super().take()
        self._taken(item)
        return number, item
