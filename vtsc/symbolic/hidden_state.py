"""What a model keeps outside of its state: nothing may be remembered there from one step to the next.

Exploring takes each action from any state, on its own. What one action left in an attribute of a design, a
class or a module would be there, or not, by the order in which actions are explored.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from types import ModuleType
from typing import Any

from vtsc.base.errors import BadFileError

CONTAINERS = (list, dict, set, bytearray)
Kept = dict[str, tuple[object, ...]]
"""By where it is kept, a value; of a container also what is in it."""


class Memory:
    """What the code of ``owners`` has in its objects, classes and modules, to be compared later."""

    def __init__(self, owners: Sequence[object]) -> None:
        self._owners = owners
        self._packages = {type(x).__module__.partition(".")[0] for x in owners}
        self._modules = [n for n in sorted(sys.modules) if n.partition(".")[0] in self._packages]
        self._before = self._kept()

    def check(self) -> None:
        """Raise `BadFileError` if anything is not as it was."""
        after = self._kept()
        for place in sorted(self._before.keys() | after.keys()):
            if not _same(self._before.get(place), after.get(place)):
                raise BadFileError(
                    f"the model stores into {place} while it runs: only fields of its state are remembered"
                )

    def _kept(self) -> Kept:
        found: Kept = {}
        for name in self._modules:  # one that is loaded meanwhile has remembered nothing
            module = sys.modules.get(name)
            if isinstance(module, ModuleType):
                _note(found, name, vars(module))
                for value in list(vars(module).values()):
                    if isinstance(value, type) and value.__module__ == name:
                        _note(found, f"{name}.{value.__qualname__}", vars(value))
        for thing in _reachable(self._owners, self._packages):
            kind = type(thing)
            lazy = {n for c in kind.__mro__ for n, v in vars(c).items() if _is_lazy(v)}
            own = {n: v for n, v in vars(thing).items() if n not in lazy}
            _note(found, kind.__name__, own)
        return found


def _is_lazy(value: object) -> bool:
    """Whether it is worked out at first use, the same whenever that is."""
    return isinstance(value, cached_property)


def _reachable(owners: Sequence[object], packages: set[str]) -> Iterator[Any]:
    """The owners, and the objects of their packages that they lead to by attributes, each once."""
    seen: set[int] = set()
    pending = list(owners)
    while pending:
        thing = pending.pop()
        ours = type(thing).__module__.partition(".")[0] in packages
        if id(thing) not in seen and ours and hasattr(thing, "__dict__"):
            seen.add(id(thing))
            yield thing
            pending += vars(thing).values()


def _note(found: Kept, place: str, values: Any) -> None:
    for name, value in dict(values).items():
        if not name.startswith("__") and not isinstance(value, ModuleType):
            inside: tuple[object, ...] = ()
            if isinstance(value, dict):
                inside = (*value.keys(), *value.values())
            elif isinstance(value, CONTAINERS):
                inside = tuple(value)
            found[f"{place}.{name}"] = (value, *inside)


def _same(a: tuple[object, ...] | None, b: tuple[object, ...] | None) -> bool:
    """Whether it is the same objects; equal ones need not be, and symbolic ones cannot be asked."""
    if a is None or b is None:
        return False
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))
