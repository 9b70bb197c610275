"""A walk over the code and data of a content, from some things to all that they lead to, as a digest.

From an object it goes to its class and to what its attributes hold, from a class to its bases and to all that
is defined in it, and from a function to every global name that its code mentions. Comments, docstrings and
the numbers of lines do not count. The digest is the same in every process and folder.
"""

import hashlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field as DataclassField
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property, partial, partialmethod
from types import (
    BuiltinFunctionType,
    FunctionType,
    GenericAlias,
    MethodType,
    ModuleType,
    UnionType,
)
from typing import Any, TypeVar

from vtsc.content.code import meaning, names
from vtsc.content.live import ELSEWHERE
from vtsc.content.reading.sources import OWN
from vtsc.language.claims import Property

ATOMS = (int, str, bytes, float, complex, bool, type(None), type(...), type(NotImplemented), range)
LOOKED_AT = (Fraction, TypeVar, UnionType)
"""Other kinds of things that are told by their texts."""
UNTOLD = frozenset(
    ("__module__", "__doc__", "__dict__", "__weakref__", "__firstlineno__", "_abc_impl")
)
"""Entries of a class that say nothing about what it does."""
EXPECTED = "expected"
"""The entry of a property with the verdicts that are expected, which nothing that decides reads."""
CONTAINERS = (int, str, bytes, float, list, tuple, dict, set, frozenset)
"""Kinds of things that a class may be derived from, and whose objects may have attributes besides."""
PACKAGES = ("model", "properties")
TYPING = ("typing", "types", "collections.abc")


@dataclass(frozen=True)
class _Seen:
    """A thing as the walk found it: its own text, and what it leads to, in order."""

    text: bytes
    leads_to: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Part:
    """Something as far as the next definitions: its digest, and the definitions that it leads to."""

    digest: bytes
    definitions: tuple[Any, ...]


@dataclass
class Walk:
    """A walk; it looks at each class and function once, so one walk should serve many roots."""

    unknown: Callable[[], str]
    """The text that stands for the contents of a thing that cannot be looked into."""
    _parts: dict[int, tuple[Any, bytes, Part]] = field(default_factory=dict, repr=False)
    """What is known of definitions: themselves, so that they live on, their labels, and what is in them."""

    def digest(self, root: Any) -> str:
        """The digest of all that a thing leads to."""
        return self._reached(self._part(root))

    def _reached(self, roots: Part) -> str:
        """The digest of a part and of all definitions that it leads to, directly or not."""
        found: dict[int, bytes] = {}
        pending = list(roots.definitions)
        while pending:
            thing = pending.pop()
            if id(thing) not in found:
                label, part = self._definition(thing)
                found[id(thing)] = label + part.digest
                pending += part.definitions
        return hashlib.sha256(roots.digest + b"".join(sorted(found.values()))).hexdigest()

    def _definition(self, thing: Any) -> tuple[bytes, Part]:
        """The label and the part of a definition, found once."""
        if id(thing) not in self._parts:
            self._parts[id(thing)] = (thing, _label(thing), self._part(thing))
        _, label, part = self._parts[id(thing)]
        return label, part

    def _part(self, root: Any) -> Part:
        """What a thing leads to, up to definitions; each thing is told once, and by its number then."""
        sha, numbers = hashlib.sha256(sys.version.encode()), {id(root): 0}
        found: dict[int, Any] = {}
        pending = [root]
        for thing in pending:
            seen = self._looked(thing)
            sha.update(seen.text + b"\0")
            for other in seen.leads_to:
                if type(other) in ATOMS:
                    sha.update(_atom(other))
                elif other is not root and _is_definition(other):
                    found[id(other)] = other
                    sha.update(_label(other) + b",")
                else:
                    if id(other) not in numbers:
                        numbers[id(other)] = len(numbers)
                        pending.append(other)
                    sha.update(b"%d," % numbers[id(other)])
        return Part(sha.digest(), tuple(found.values()))

    def _looked(self, thing: Any) -> _Seen:
        """What a thing is by itself, and what it leads to."""
        for kinds, look in LOOKS:
            if isinstance(thing, kinds):
                seen = look(self, thing)
                return self._derived(thing, seen) if self._is_ours(type(thing).__module__) else seen
        if type(thing).__module__ in TYPING:
            return _Seen(repr(thing).encode(), tuple(getattr(thing, "__args__", ())))
        wrapped = getattr(thing, "__wrapped__", None)
        if wrapped is not None:
            return _Seen(_name(type(thing)), (wrapped,))
        return self._object(thing)

    def _derived(self, thing: Any, seen: _Seen) -> _Seen:
        """A thing of a kind that Python has, but of a class that the content derives from it."""
        own = getattr(thing, "__dict__", {}) if isinstance(thing, CONTAINERS) else {}
        return _Seen(seen.text, (*seen.leads_to, type(thing), *own, *own.values()))

    # kinds of things

    def _type(self, kind: type) -> _Seen:
        if not self._is_ours(kind.__module__):
            return _Seen(_name(kind))
        untold = UNTOLD | ({EXPECTED} if issubclass(kind, Property) else set())
        own = {n: v for n, v in vars(kind).items() if n not in untold and not _is_of_python(v)}
        return _Seen(_name(kind), (*kind.__bases__, type(kind), *own, *own.values()))

    def _function(self, function: FunctionType) -> _Seen:
        """A function: what it holds and mentions; one that is not the content's has no code to look at."""
        cells = [held_by(cell) for cell in function.__closure__ or ()]
        defaults = (function.__defaults__ or (), function.__kwdefaults__ or {})
        held = (*cells, *defaults, dict(vars(function)))
        module = function.__module__ or ""
        if module.partition(".")[0] in ELSEWHERE:
            return _Seen(f"{module}.{function.__qualname__}".encode(), held)
        mentioned = self._mentioned(function.__globals__, names(function.__code__))
        return _Seen(b"function " + meaning(function.__code__), (*held, *mentioned))

    def _mentioned(self, known: Mapping[str, Any], mentioned: set[str]) -> Iterator[Any]:
        """What global names stand for, with what is mentioned of the modules among them."""
        for name in sorted(mentioned):
            if name in known:
                yield name
                yield from self._of_module(known[name], mentioned)
            module = sys.modules.get(name)
            if module is not None and self._is_ours(name):
                yield from self._of_module(module, mentioned)

    def _of_module(self, value: Any, mentioned: set[str]) -> Iterator[Any]:
        if not isinstance(value, ModuleType):
            yield value
        elif self._is_ours(value.__name__):
            yield value.__name__
            inside = vars(value)
            for name in sorted(mentioned & inside.keys()):
                yield name
                if not isinstance(inside[name], ModuleType):
                    yield inside[name]

    def _module(self, module: ModuleType) -> _Seen:
        """A module that an object holds: all that is in it."""
        if not self._is_ours(module.__name__):
            return _Seen(module.__name__.encode())
        inside = {n: v for n, v in vars(module).items() if not n.startswith("__")}
        return _Seen(module.__name__.encode(), (*inside, *inside.values()))

    def _object(self, thing: Any) -> _Seen:
        """An object of a class: what its attributes hold, but for what it has only worked out."""
        kind = _written(type(thing))
        slots = [n for c in kind.__mro__ for n in _slots(c)]
        if not hasattr(thing, "__dict__") and not slots:
            return self._unseen(thing)
        lazy = {
            n for c in kind.__mro__ for n, v in vars(c).items() if isinstance(v, cached_property)
        }
        held = {n: getattr(thing, n) for n in slots if hasattr(thing, n)}
        held |= {n: v for n, v in getattr(thing, "__dict__", {}).items() if n not in lazy}
        return _Seen(b"object", (kind, *held, *held.values()))

    def _unseen(self, thing: Any) -> _Seen:
        """A thing whose contents cannot be seen; whatever is in the sources may be in it."""
        return _Seen(_name(type(thing)) + self.unknown().encode())

    def _is_ours(self, module: str) -> bool:
        return module.partition(".")[0] in PACKAGES or module.startswith(OWN)


def _written(kind: type) -> type:
    """The class as the content has it; the checker derives one from it for objects that refuse stores."""
    made = any(base.__module__.startswith("vtsc.stores") for base in kind.__bases__)
    return _written(kind.__bases__[-1]) if made else kind


def _name(kind: type) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode()


def _atom(value: Any) -> bytes:
    return f"{type(value).__name__} {value!r},".encode()


def held_by(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing has been stored there yet
        return None


def _label(thing: Any) -> bytes:
    """The text that stands for a definition where something leads to it."""
    if isinstance(thing, type):
        return _name(thing)
    own = hashlib.sha256(meaning(thing.__code__)).hexdigest()
    return f"{thing.__module__}.{thing.__qualname__} {own}".encode()


def _is_definition(thing: Any) -> bool:
    """Whether it is a class or a function that its module defines once, under one name."""
    if isinstance(thing, FunctionType):
        return not thing.__closure__ and "<" not in thing.__qualname__
    return isinstance(thing, type) and "<" not in thing.__qualname__


def _slots(kind: type) -> Iterator[str]:
    own = vars(kind).get("__slots__", ())
    for name in (own,) if isinstance(own, str) else own:
        if name not in ("__dict__", "__weakref__"):
            yield name if not name.startswith("__") else f"_{kind.__name__.lstrip('_')}{name}"


def _is_of_python(value: Any) -> bool:
    """Whether it is how Python reaches a slot or an attribute, which stands for itself."""
    return type(value).__name__ in ("member_descriptor", "getset_descriptor", "wrapper_descriptor")


def _text(_: Walk, thing: Any) -> _Seen:
    return _Seen(_atom(thing))


def _items(_: Walk, thing: Any) -> _Seen:
    return _Seen(type(thing).__name__.encode(), tuple(thing))


def _mapping(_: Walk, thing: Any) -> _Seen:
    return _Seen(type(thing).__name__.encode(), (*thing, *thing.values()))


def _set(walk: Walk, thing: Any) -> _Seen:
    if all(isinstance(x, ATOMS) for x in thing):
        return _Seen(b"set" + b"".join(sorted(map(_atom, thing))))
    # things without an order: each by a digest of its own
    parts = [walk._part(x) for x in thing]
    definitions = sorted((x for part in parts for x in part.definitions), key=_label)
    return _Seen(b"set " + b"".join(sorted(part.digest for part in parts)), tuple(definitions))


def _enum(_: Walk, thing: Any) -> _Seen:
    return _Seen(_name(type(thing)) + _atom(thing.name), (thing.value,))


def _builtin(_: Walk, thing: Any) -> _Seen:
    """A function of Python's own, with the object that it is a method of."""
    owner = thing.__self__
    held = () if isinstance(owner, ModuleType | None) else (owner,)
    return _Seen(f"{thing.__module__} {thing.__qualname__}".encode(), held)


def _partial(_: Walk, thing: Any) -> _Seen:
    return _Seen(b"partial", (thing.func, thing.args, thing.keywords))


def _method(_: Walk, thing: Any) -> _Seen:
    return _Seen(b"method", (thing.__func__, thing.__self__))


def _descriptor(_: Walk, thing: Any) -> _Seen:
    parts = (getattr(thing, n, None) for n in ("fget", "fset", "fdel", "__func__", "func"))
    return _Seen(type(thing).__name__.encode(), tuple(parts))


def _dataclass_field(_: Walk, thing: Any) -> _Seen:
    return _Seen(b"field", (thing.name, thing.default, thing.default_factory))


LOOKS: Sequence[tuple[Any, Callable[[Walk, Any], _Seen]]] = (
    (Enum, _enum),
    ((*ATOMS, *LOOKED_AT, re.Pattern), _text),
    (GenericAlias, lambda f, x: _Seen(repr(x).encode(), tuple(x.__args__))),
    (type, Walk._type),
    (FunctionType, Walk._function),
    (ModuleType, Walk._module),
    ((list, tuple), _items),
    ((set, frozenset), _set),
    (dict, _mapping),
    ((partial, partialmethod), _partial),
    (MethodType, _method),
    ((property, staticmethod, classmethod, cached_property), _descriptor),
    (DataclassField, _dataclass_field),
    (BuiltinFunctionType, _builtin),
)
"""How things of each kind are looked at; the first kind that fits counts."""
