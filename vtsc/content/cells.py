"""Cells, the questions that can be asked, grouped by the case that they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vtsc.base.errors import UsageError
from vtsc.content.content import Content
from vtsc.language.parameters import Settings


@dataclass(frozen=True)
class Cell:
    """One question: a property of a design on a host with effective settings."""

    design: str
    host: str
    property: str
    settings: Settings


@dataclass(frozen=True)
class Group:
    """Cells that differ in their property only."""

    design: str
    host: str
    settings: Settings
    properties: tuple[str, ...]

    def cells(self) -> list[Cell]:
        """The cells of the group."""
        return [Cell(self.design, self.host, p, self.settings) for p in self.properties]


def groups(
    content: Content,
    designs: Sequence[str],
    hosts: Sequence[str],
    properties: Sequence[str],
    given: Mapping[str, str],
) -> list[Group]:
    """The groups of all combinations; raises `UsageError` for settings without meaning."""
    found: dict[tuple[str, str, Settings], list[str]] = {}
    for host in hosts:
        for design in designs:
            for name in properties:
                settings = content.resolve(design, name, given)
                found.setdefault((design, host, settings), []).append(name)
    return [Group(d, h, s, tuple(names)) for (d, h, s), names in found.items()]


def askable(content: Content, designs: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The properties whose own defaults fit settings, for where none is named.

    Raises `UsageError` where the settings have no meaning by themselves.
    """
    for design in designs:
        content.resolve(design, None, given)
    return [name for name in content.properties if _fits(content, designs, name, given)]


def _fits(content: Content, designs: Sequence[str], name: str, given: Mapping[str, str]) -> bool:
    try:
        for design in designs:
            content.resolve(design, name, given)
    except UsageError:
        return False
    return True
