"""Classes and functions of a content by their names, and where they are to be found."""

import sys
from collections.abc import Collection, Iterator
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

from vtsc.content.code import texts
from vtsc.content.reading.sources import OWN

PACKAGES = ("model", "properties")
STORES = "vtsc.stores"
"""The part of the checker that derives classes of its own from those of a content."""
READERS = {"__doc__", "inspect", "get_type_hints"}
"""What mentions one of these may read docstrings, annotations or sources, which do not count otherwise."""
HEAP = 1 << 9
"""The flag of a class that was made by Python code, or might have been."""


def is_ours(module: str) -> bool:
    """Whether a module is one of the content."""
    return module.partition(".")[0] in PACKAGES or module.startswith(OWN)


def is_opaque(kind: type) -> bool:
    """Whether a class is known by its name, as those of Python and of the checker are.

    A class that code has made need not be in the module that it names, as with `make_dataclass`.
    """
    return not is_ours(kind.__module__) and (not kind.__flags__ & HEAP or is_found(kind))


def is_found(thing: Any) -> bool:
    """Whether its module has it under its name, so that the name stands for it alone."""
    found: Any = sys.modules.get(thing.__module__ or "")
    for part in thing.__qualname__.split("."):
        found = getattr(found, "__dict__", {}).get(part)
    return found is thing


def is_definition(thing: Any) -> bool:
    """Whether it is a class or a function that its module defines, under a name for it alone."""
    if isinstance(thing, FunctionType):
        return not thing.__closure__ and is_found(thing)
    return isinstance(thing, type) and is_found(thing)


def reads_texts(function: FunctionType, mentioned: Collection[str]) -> bool:
    """Whether a function may read docstrings, annotations or sources."""
    values = [function.__globals__.get(name) for name in mentioned]
    modules = {
        value.__name__ if isinstance(value, ModuleType) else value.__module__
        for value in values
        if isinstance(value, ModuleType | FunctionType | type)
    }
    return bool(READERS & {*mentioned, *modules, *texts(function.__code__)})


def loaded(names: Collection[str]) -> Iterator[ModuleType]:
    """The modules of the content among some names of a function's code, which may import them."""
    for name in sorted(names):
        if is_ours(name) and (name in sys.modules or "." in name):
            yield import_module(name)


def written(kind: type) -> type:
    """The class as the content has it; the checker derives one from it for objects that refuse stores."""
    made = any(base.__module__.startswith(STORES) for base in (kind, *kind.__bases__))
    return written(kind.__bases__[-1]) if made else kind


def held_by(cell: Any) -> Any:
    """What a cell of a closure holds."""
    try:
        return cell.cell_contents
    except ValueError:  # nothing has been stored there yet
        return None


def slots(kind: type) -> Iterator[str]:
    """The names of the attributes for which a class has slots."""
    own = vars(kind).get("__slots__", ())
    for name in (own,) if isinstance(own, str) else own:
        if name not in ("__dict__", "__weakref__"):
            yield name if not name.startswith("__") else f"_{kind.__name__.lstrip('_')}{name}"
