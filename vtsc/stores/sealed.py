"""Makes objects refuse stores: those that a step reaches besides the records of its state."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from enum import Enum
from fractions import Fraction
from functools import cache
from types import FrameType
from typing import Any, NoReturn

from vtsc.base.errors import StoreError
from vtsc.language.state import Record
from vtsc.stores.writers import CHECKER, module_of, package

INSTEAD = "what a step leaves is in declared fields of the state's records"
ATOMS = frozenset({int, bool, str, float, type(None), Fraction})
"""Classes of values that hold nothing that could be stored to."""
CHANGES: dict[type, tuple[str, ...]] = {
    list: (
        "append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "__setitem__",
        "__delitem__", "__iadd__", "__imul__",
    ),
    dict: (
        "update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__", "__ior__",
    ),
    set: (
        "add", "update", "remove", "discard", "pop", "clear", "difference_update",
        "intersection_update", "symmetric_difference_update", "__ior__", "__iand__", "__isub__",
        "__ixor__",
    ),
}  # fmt: skip
"""The methods that change a container."""


class Sealed:
    """A class whose objects refuse stores in a step; a cached property can still keep its value."""

    def __init_subclass__(cls) -> None:
        """Do not call the hook of the class that is sealed: no new class is declared."""

    def __setattr__(self, name: str, value: object) -> None:
        if _in_a_step():
            raise StoreError(f"a store into .{name} of a {type(self).__name__}: {INSTEAD}")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if _in_a_step():
            raise StoreError(f"`del` of .{name} of a {type(self).__name__}: {INSTEAD}")
        super().__delattr__(name)


def _in_a_step() -> bool:
    """Whether the checker has called the code that stores, to take a step or to ask about one."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and package(module_of(frame)) != CHECKER:
        frame = frame.f_back
    return frame is not None


def seal(thing: Any) -> None:
    """Make an object refuse stores from now on, as far as its class allows that."""
    kind = type(thing)
    if not issubclass(kind, Sealed) and not _is_frozen(kind):
        with suppress(
            TypeError
        ):  # of a class that comes from elsewhere, which `memory` looks after
            thing.__class__ = _sealed(kind)  # type: ignore[arg-type]


def _is_frozen(kind: type) -> bool:
    """Whether the objects of a class refuse stores by themselves."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return bool(parameters and parameters.frozen)


@cache
def _sealed(kind: type) -> type:
    """A class like ``kind`` whose objects refuse stores."""
    own = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    sealed: type = type(kind)(kind.__name__, (Sealed, kind), own)
    return sealed


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(self: Any, *_: object, **__: object) -> NoReturn:
        what = "an item" if name.startswith("__") else f".{name}(...)"
        base = next(k for k in CHANGES if isinstance(self, k))
        raise StoreError(f"a store into {what} of a {base.__name__}: {INSTEAD}")

    return refuse


_CONTAINERS = {
    kind: type(kind.__name__, (kind,), {n: _refusing(n) for n in names if hasattr(kind, n)})
    for kind, names in CHANGES.items()
}


def sealed_container(value: Any) -> Any:
    """A container like ``value`` that cannot be changed, nor any in it; anything else as it is."""
    kind = _CONTAINERS.get(type(value))
    if isinstance(value, list):
        value = [sealed_container(x) for x in value]
    elif isinstance(value, dict):
        value = {k: sealed_container(x) for k, x in value.items()}
    return value if kind is None else kind(value)


def ours(thing: object, packages: Collection[str]) -> bool:
    """Whether an object is of a class that one of these packages defines, and holds attributes."""
    kinds = type(thing).__mro__ if isinstance(thing, Record) else (type(thing),)
    ours = any(package(kind.__module__) in packages for kind in kinds)
    return ours and hasattr(thing, "__dict__")


def reachable(
    roots: Iterable[Any], packages: Collection[str], known: Iterable[int] = ()
) -> Iterator[Any]:
    """The objects of these packages that the roots lead to, by attributes and containers, each once.

    ``known``: the identities of objects that are left out, with all that only they lead to.
    """
    seen = set(known)
    pending = list(roots)
    while pending:
        thing = pending.pop()
        if type(thing) in ATOMS or id(thing) in seen:
            continue
        if isinstance(thing, list | tuple | set | frozenset):
            seen.add(id(thing))
            pending += thing
        elif isinstance(thing, dict):
            seen.add(id(thing))
            pending += thing.values()
        elif ours(thing, packages) and not isinstance(thing, type | Enum):
            seen.add(id(thing))
            yield thing
            pending += vars(thing).values()
