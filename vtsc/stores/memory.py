"""Finds changes in what content holds outside of its state.

`sealed` refuses most stores at once. What it cannot seal (classes, modules, containers, defaults, closures)
is compared with what it held before the first step.
"""

import inspect
import sys
from collections.abc import (
    Callable,
    Collection,
    Iterator,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
)
from functools import cache, cached_property, partial
from itertools import chain
from operator import attrgetter, is_, methodcaller
from types import CellType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

from vtsc.base.containers import leaves
from vtsc.base.errors import StoreError
from vtsc.stores.sealed import reachable
from vtsc.stores.writers import CHECKER, package

LANGUAGE = "vtsc.language"
UNSEEN = (Iterator, MutableSequence, MutableSet, MutableMapping)
"""Objects of other kinds than lists, dicts and sets that may change without anything being stored to them."""


class _Place:
    """Something that can be stored to, and its contents before the first step."""

    __slots__ = ("before", "lazy", "name", "thing")

    def __init__(self, name: str, thing: Any, lazy: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.thing = thing
        self.lazy = lazy
        self.before = self.held()

    def held(self) -> dict[Any, object]:
        """Its contents now, each by its name or number."""
        thing = self.thing
        if isinstance(thing, list | set):
            return dict(enumerate(thing))
        if isinstance(thing, dict):
            return dict(thing)
        if isinstance(thing, CellType):
            return {} if _is_empty(thing) else {0: thing.cell_contents}
        if isinstance(thing, FunctionType):
            return {**vars(thing), **_own(thing)}
        skipped = isinstance(thing, ModuleType | type)
        return {
            n: v
            for n, v in vars(thing).items()
            if not (n in self.lazy or (skipped and _is_pythons(n, v)))
        }

    def changed(self) -> list[str]:
        """The names of all contents that have changed."""
        now, before = self.held(), self.before
        alike = len(now) == len(before) and all(map(is_, now.values(), before.values()))
        if alike and (isinstance(self.thing, list | set) or all(map(is_, now, before))):
            return []
        if isinstance(self.thing, list | dict | set | CellType):
            return [self.name]
        names = [*before, *(n for n in now if n not in before)]
        different = (n for n in names if now.get(n, self) is not before.get(n, self))
        return [f"{self.name}.{n}" for n in different]

    def restore(self) -> None:
        """Restore its contents."""
        thing, before = self.thing, self.before
        if isinstance(thing, list):
            thing[:] = before.values()
        elif isinstance(thing, set):
            thing.clear()
            thing.update(before.values())
        elif isinstance(thing, dict):
            thing.clear()
            thing.update(before)
        elif isinstance(thing, CellType):
            thing.cell_contents = before.get(0)
        elif isinstance(thing, type):
            self._restore_class(thing)
        elif isinstance(thing, FunctionType):
            kept = dict(before)
            for name in _own(thing):
                setattr(thing, name, kept.pop(name))
            vars(thing).clear()
            vars(thing).update(kept)
        else:
            for name in self.held().keys() - before.keys():
                del vars(thing)[name]
            vars(thing).update(before)

    def _restore_class(self, thing: type) -> None:
        now = self.held()
        for name in now.keys() - self.before.keys():
            delattr(thing, name)
        for name, value in self.before.items():
            if now.get(name) is not value:
                setattr(thing, name, value)


OWN = ("__code__", "__defaults__", "__kwdefaults__")
"""The attributes of a function that hold what it does."""
_PARTS = attrgetter(*OWN)
_VALUES = methodcaller("values")


def _own(function: FunctionType) -> dict[str, object]:
    """What a function holds besides its attributes."""
    return dict(zip(OWN, _PARTS(function), strict=True))


def _is_pythons(name: str, value: object) -> bool:
    """Whether a name of a module or class is Python's own, or that of an imported module."""
    special = name.startswith("__") and name != "__all__"
    return special or isinstance(value, ModuleType)


def _is_empty(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def packages_of(owners: Sequence[object]) -> set[str]:
    """The packages of the classes of the owners and of the objects that they hold."""
    held = [value for owner in owners for value in vars(owner).values()]
    kinds = {type(x).__module__ for x in (*owners, *held)}
    return {package(k) for k in kinds} - {CHECKER, "builtins"}


class _Contents:
    """The contents of many places at once, to tell quickly that none of them has changed."""

    def __init__(self, places: Sequence[_Place]) -> None:
        things = [place.thing for place in places]
        self._sequences = [x for x in things if isinstance(x, list | set)]
        self._cells = [place for place in places if isinstance(place.thing, CellType)]
        self._functions = [x for x in things if isinstance(x, FunctionType)]
        # The dict of a module or class is always the same object; that of another object can be replaced.
        self._dicts = [x for x in things if isinstance(x, dict)]
        self._dicts += [vars(x) for x in things if isinstance(x, ModuleType | type)]
        kinds = (list, set, dict, CellType, ModuleType, type)
        self._objects = [x for x in things if not isinstance(x, kinds)]
        self._sizes, self._items = self._lengths(), list(self._held())

    def _maps(self) -> list[Any]:
        """All dicts, and those of all objects."""
        return [*self._dicts, *map(vars, self._objects)]

    def _lengths(self) -> list[int]:
        """The sizes of all containers."""
        return [*map(len, self._maps()), *map(len, self._sequences)]

    def _held(self) -> Iterator[object]:
        """All that they hold, in order."""
        dicts = self._maps()
        values = chain.from_iterable(map(_VALUES, dicts))
        own = chain.from_iterable(map(_PARTS, self._functions))
        items = chain.from_iterable(self._sequences)
        return chain(chain.from_iterable(dicts), values, items, own)

    def are_as_before(self) -> bool:
        """Whether every place holds the same objects in the same order."""
        same = self._lengths() == self._sizes and all(map(is_, self._held(), self._items))
        return same and not any(place.changed() for place in self._cells)


class _Walk:
    """The contents of some modules, and of all that they lead to, as they were noted."""

    def __init__(self, packages: Collection[str], begun: "_Walk | None" = None) -> None:
        """``begun``: a walk that this one goes on with, and leaves as it is."""
        self.packages = packages
        self._begun = begun
        self._seen: dict[int, object] = dict(begun._seen) if begun else {}
        self._own: list[_Place] = []
        """The places besides those of the walk that was begun."""
        self._contents: tuple[int, _Contents] | None = None
        """The contents of the own places when they were last compared, and how many places there were."""

    @property
    def _places(self) -> list[_Place]:
        """All places."""
        return [*(self._begun._places if self._begun else ()), *self._own]

    def note(self, name: str, thing: object) -> None:
        """From now on, compare something, and all that it leads to."""
        pending = [(name, thing)]
        while pending:
            name, thing = pending.pop()
            if id(thing) not in self._seen:
                self._seen[id(thing)] = thing
                pending += self._noted(name, thing)

    def _noted(self, name: str, thing: Any) -> Iterator[tuple[str, Any]]:
        """Note a thing if it can be stored to; all that it leads to is returned, each with its name."""
        if isinstance(thing, tuple | frozenset | MappingProxyType):
            values = thing.values() if isinstance(thing, MappingProxyType) else thing
            yield from ((name, value) for value in values)
        elif isinstance(thing, list | set | dict):
            place = self._place(name, thing)
            yield from ((name, value) for value in place.before.values())
        elif isinstance(thing, FunctionType):
            yield from self._function(name, thing)
        elif isinstance(thing, property):
            yield from ((name, f) for f in (thing.fget, thing.fset, thing.fdel))
        elif isinstance(thing, classmethod | staticmethod | cached_property | MethodType):
            yield name, thing.func if isinstance(thing, cached_property) else thing.__func__
            yield name, getattr(thing, "__self__", None)
        elif isinstance(thing, partial):
            yield from ((name, value) for value in (thing.func, thing.args, thing.keywords))
        elif self._holds(thing):
            yield from self._object(name, thing)

    def _place(self, name: str, thing: Any, lazy: frozenset[str] = frozenset()) -> _Place:
        place = _Place(name, thing, lazy)
        self._own.append(place)
        return place

    def _function(self, name: str, thing: FunctionType) -> Iterator[tuple[str, Any]]:
        if package(thing.__module__ or "") in self.packages:
            self._place(name, thing)
            yield name, (thing.__defaults__, thing.__kwdefaults__)
            for variable, cell in zip(
                thing.__code__.co_freevars, thing.__closure__ or (), strict=True
            ):
                self._place(f"{variable} of {name}", cell)
                if not _is_empty(cell):
                    yield f"{variable} of {name}", cell.cell_contents

    def _holds(self, thing: Any) -> bool:
        """Whether it is one of the content's modules, classes and objects, or an object of the language."""
        if isinstance(thing, ModuleType):
            return package(thing.__name__) in self.packages
        where = (thing if isinstance(thing, type) else type(thing)).__module__
        ours = package(where) in self.packages
        if isinstance(thing, type):
            return ours
        return (ours or where.startswith(LANGUAGE)) and hasattr(thing, "__dict__")

    def _object(self, name: str, thing: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(thing, type):
            name = f"{thing.__module__}.{thing.__qualname__}"
        lazy = frozenset(
            n
            for c in type(thing).__mro__
            for n, v in vars(c).items()
            if isinstance(v, cached_property)
        )
        for inner, value in self._place(name, thing, lazy).before.items():
            yield f"{name}.{inner}", value
        yield name, type(thing)

    def changed(self) -> list[str]:
        """The names of all places whose contents have changed since they were noted."""
        found = self._begun.changed() if self._begun else []
        known, number = self._contents, len(self._own)
        if known is not None and known[0] == number and known[1].are_as_before():
            return found
        new = [name for place in self._own for name in place.changed()]
        self._contents = None if new else (number, _Contents(self._own))
        return [*found, *new]


class Memory(_Walk):
    """The contents of all objects, classes and modules that belong to the code of ``owners``."""

    def __init__(self, owners: Sequence[object]) -> None:
        packages = packages_of(owners)
        super().__init__(packages, note_modules(packages))
        for owner in owners:
            self.note(type(owner).__name__, owner)
            _refuse_unseen(owner, packages)

    def watch(self) -> Callable[[], object]:
        """A function that tells what has changed in the places that have changed by now."""
        changed = [place for place in self._places if place.changed()]
        return lambda: [place.changed() for place in changed]

    def restore(self) -> None:
        """Restore the contents of all places."""
        for place in self._places:
            if place.changed():
                place.restore()


def note_modules(packages: Collection[str]) -> _Walk:
    """The contents of the modules of packages, and perhaps of more, now.

    An earlier walk serves where nothing has changed since.
    """
    known = (p for p in sorted(_NOTED, key=sorted) if p.issuperset(packages))
    wanted = min(known, key=len, default=frozenset(packages))
    _NOTED.add(wanted)
    modules = tuple(sys.modules[n] for n in sorted(sys.modules) if package(n) in wanted)
    if _modules(wanted, modules).changed():
        _modules.cache_clear()
    return _modules(wanted, modules)


_NOTED: set[frozenset[str]] = set()  # the packages of which modules have been noted


@cache
def _modules(packages: frozenset[str], modules: tuple[ModuleType, ...]) -> _Walk:
    """The contents of modules as they are when this is first asked."""
    walk = _Walk(packages)
    for module in modules:
        walk.note(module.__name__, module)
    return walk


def _refuse_unseen(owner: object, packages: Collection[str]) -> None:
    """Raise `StoreError` if an object that ``owner`` leads to holds one whose changes cannot be seen."""
    for holder in reachable([owner], packages):
        for attribute, value in vars(holder).items():
            found = _unseen(value)
            if found is not None:
                what = f"{type(holder).__name__}.{attribute} holds a {type(found).__name__}"
                told = f"{what}, whose changes nobody sees: make it a tuple, or declare fields"
                error = StoreError(told)
                error.line = _defined(type(holder), attribute)
                raise error


def _unseen(value: object) -> object | None:
    """An object in a value, or in its containers, whose changes cannot be seen; None where there is none."""
    return next((thing for thing in leaves(value, set()) if isinstance(thing, UNSEEN)), None)


def _defined(kind: type, attribute: str) -> tuple[str, int] | None:
    """The line that stores the attribute ``name`` ends with, or else the first one, of a class's file."""
    try:
        lines, _ = inspect.findsource(kind)
        file = inspect.getsourcefile(kind)
    except (OSError, TypeError):
        return None
    found = (number for number, line in enumerate(lines, 1) if f".{attribute} =" in line)
    return None if file is None else (file, next(found, 1))
