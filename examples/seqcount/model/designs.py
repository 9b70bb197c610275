"""The designs: in which order the writer stores, and which pairs a reader believes."""

from typing import ClassVar

from model.state import Page, Reader
from vtsc.language import both, bounded

BARRIER = "barrier"
"""Between two stores of a program: everybody sees the one before the barrier first."""


class Design:
    """The right one: the version is odd from before the first store to after the last one."""

    name = "barriers"
    title = "the version is odd while the pair is stored, barriers keep it so"
    program: ClassVar[tuple[str, ...]] = ("open", BARRIER, "first", "second", BARRIER, "close")
    """The writer's stores in program order; each is a method below."""

    def open(self, page: Page, update: int) -> None:
        page.version = bounded(page.version + 1)

    def first(self, page: Page, update: int) -> None:
        page.first = update

    def second(self, page: Page, update: int) -> None:
        page.second = update

    def close(self, page: Page, update: int) -> None:
        page.version = bounded(page.version + 1)

    def believes(self, reader: Reader, version: int) -> bool:
        """Whether the reader, who now loads ``version`` once more, believes what it has loaded."""
        return both(reader.version == version, even(version))


class NoBarriers(Design):
    """The barriers are forgotten."""

    name = "no-barriers"
    title = "the same stores in the same order, without barriers"
    program = ("open", "first", "second", "close")


class NoOdd(Design):
    """The version is only raised once the pair has been stored, so that it is never odd."""

    name = "no-odd"
    title = "the version moves on after the pair is stored, and is never odd"
    program = ("first", "second", BARRIER, "close")

    def close(self, page: Page, update: int) -> None:
        page.version = bounded(page.version + 2)


class OnlyEqual(Design):
    """The reader forgets that an odd version means that somebody is writing."""

    name = "only-equal"
    title = "a reader believes whatever has the same version before and after"

    def believes(self, reader: Reader, version: int) -> bool:
        return reader.version == version


def even(version: int) -> bool:
    """Whether a version is even."""
    return version // 2 * 2 == version


DESIGNS: dict[str, Design] = {d.name: d for d in (Design(), NoBarriers(), NoOdd(), OnlyEqual())}
