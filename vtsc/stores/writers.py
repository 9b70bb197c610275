"""Decides whether a function may store to a record, by the class in which the statement stands."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from types import FrameType
from typing import Any

CHECKER = "vtsc"
GHOST = ""
"""Stands for the kind of a ghost, a record of a monitor's own."""


def package(name: str) -> str:
    """The top package of a module."""
    return name.partition(".")[0]


def module_of(frame: FrameType) -> str:
    """The name of the module whose code a frame executes."""
    return str(frame.f_globals.get("__name__", ""))


def content_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame, from ``frame`` outwards, that executes a content's code; None without one."""
    while frame is not None and package(module_of(frame)) == CHECKER:
        frame = frame.f_back
    return frame


class Writers:
    """The records that the functions of a machine and of its monitors may store to.

    A machine's ``stores_of`` maps classes to the kinds of record that their functions store into. A function
    that stands in no class belongs to the class of ``stores_of`` from which its module derives one.
    """

    def __init__(self, machine: Any, monitors: Iterable[Any]) -> None:
        self._stores: Mapping[type, Sequence[str]] = getattr(machine, "stores_of", {})
        self._machine = package(type(machine).__module__)
        self._monitors = {package(type(m).__module__) for m in monitors} - {CHECKER}

    def refusal(self, frame: FrameType, kind: str) -> str:
        """The reason why the function of a frame may not store into a record of ``kind``; empty if it may.

        ``kind`` is that of the record's instance, else the record's name, and `GHOST` for a ghost.
        """
        module = module_of(frame)
        watching = package(module) in self._monitors
        if kind == GHOST:
            return "" if watching else "only its own property stores into a ghost"
        if watching and package(module) != self._machine:
            return "a property stores into its own ghosts only"
        owner = self._owner(module, frame.f_code.co_qualname)
        if owner is None or kind in self._stores[owner]:
            return ""
        allowed = " and ".join(self._stores[owner]) or "nothing"
        return f"the functions of a {owner.__name__} store into {allowed} only"

    def unrestricted(self, frame: FrameType, kind: str) -> bool:
        """Whether all code of the file that a frame executes may store into records of ``kind``."""
        owners = self._owners(module_of(frame))
        return not self.refusal(frame, kind) and all(kind in self._stores[o] for o in owners)

    def _owner(self, module: str, function: str) -> type | None:
        """The class among those of ``stores_of`` to which a function belongs."""
        name, inside, _ = function.partition(".")
        kind = getattr(sys.modules.get(module), name, None) if inside else None
        if isinstance(kind, type):
            return next((o for o in self._stores if issubclass(kind, o) or _mixed(kind, o)), None)
        owners = self._owners(module)
        return owners[0] if len(owners) == 1 else None

    def _owners(self, module: str) -> list[type]:
        """The classes among those of ``stores_of`` that a module derives classes from."""
        here = vars(sys.modules[module]).values() if module in sys.modules else ()
        kinds = [k for k in here if isinstance(k, type) and k.__module__ == module]
        return [o for o in self._stores if any(issubclass(k, o) or _mixed(k, o) for k in kinds)]


def _mixed(kind: type, owner: type) -> bool:
    """Whether a class that is derived from ``owner`` is derived from ``kind`` as well."""
    pending, found = [owner], set[type]()
    while pending:
        here = pending.pop()
        if here not in found:
            found.add(here)
            pending += here.__subclasses__()
    return any(issubclass(x, kind) and x is not owner for x in found) and not issubclass(
        owner, kind
    )
