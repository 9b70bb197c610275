"""Plug-ins: parts that other distributions offer by an entry point, loaded when somebody asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vtsc.base.errors import UsageError
from vtsc.base.spelling import near

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FORMATS, ENGINES = "vtsc.formats", "vtsc.engines"
"""The groups of entry points."""


@dataclass(frozen=True)
class PlugIn:
    """An entry point of a distribution."""

    group: str
    name: str
    distribution: str
    """The distribution's name and version."""
    entry: "EntryPoint"

    @property
    def what(self) -> str:
        """The plug-in as messages call it."""
        return f"plug-in {self.name} of {self.distribution}"

    def load(self, parts: Sequence[str]) -> Any:
        """The module, or object, that it names; raises `UsageError` where that is no such plug-in."""
        try:
            found = self.entry.load()
        except (Exception, SystemExit) as error:  # a plug-in may do anything
            raise self.failed(error) from None
        for part in parts:
            if not callable(getattr(found, part, None)):
                raise UsageError(f"{self.what}: {self.entry.value} has no {part}()")
        return found

    def failed(self, error: BaseException) -> UsageError:
        """The error to raise where its code raises ``error``."""
        told = " ".join(f"{type(error).__name__}: {error}".split())
        return UsageError(f"{self.what}: {told}")


def plug_ins(group: str) -> list[PlugIn]:
    """All plug-ins of a group, by name."""
    from importlib.metadata import entry_points  # which hardly any command needs

    found = []
    for entry in entry_points(group=group):
        dist = entry.dist
        named = "an unknown distribution" if dist is None else f"{dist.name} {dist.version}"
        found.append(PlugIn(group, entry.name, named, entry))
    return sorted(found, key=lambda each: (each.name, each.distribution))


def plug_in(group: str, name: str, option: str, known: Sequence[str]) -> PlugIn:
    """The plug-in of that name; raises `UsageError` where there is none, or more than one.

    ``known``: the names that need no plug-in, ``option`` the option that names one.
    """
    every = plug_ins(group)
    found = [each for each in every if each.name == name]
    if not found:
        names = [*known, *(each.name for each in every)]
        raise UsageError(f"{option} {name}: {near(name, names)}")
    if len(found) > 1:
        both = " and ".join(each.distribution for each in found)
        raise UsageError(f"{option} {name}: both {both} have such a plug-in")
    return found[0]
