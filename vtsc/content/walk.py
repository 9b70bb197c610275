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
    ClassMethodDescriptorType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    UnionType,
    WrapperDescriptorType,
)
from typing import Any, TypeVar

from vtsc.content.code import meaning, names, whole
from vtsc.content.definitions import (
    held_by,
    is_definition,
    is_opaque,
    is_ours,
    loaded,
    reads_texts,
    slots,
    written,
)
from vtsc.content.live import ELSEWHERE
from vtsc.language.claims import Property

ATOMS = (int, str, bytes, float, complex, bool, type(None), type(...), type(NotImplemented), range)
OF_PYTHON = (
    MemberDescriptorType,
    GetSetDescriptorType,
    WrapperDescriptorType,
    MethodDescriptorType,
    ClassMethodDescriptorType,
)
"""How Python reaches a slot, an attribute or a method of a class of its own."""
LOOKED_AT = (Fraction, *OF_PYTHON)
"""Other kinds of things that are told by their texts."""
UNTOLD = frozenset(
    ("__module__", "__doc__", "__dict__", "__weakref__", "__firstlineno__", "_abc_impl")
)
"""Entries of a class that say nothing about what it does."""
EXPECTED = "expected"
"""The entry of a property with the verdicts that are expected, which nothing that decides reads."""
PYTHON = f"{sys.version} {sys.flags.optimize}".encode()
"""The version of Python, and whether it leaves out assertions and docstrings."""
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
        sha, numbers = hashlib.sha256(PYTHON), {id(root): 0}
        found: dict[int, Any] = {}
        pending = [root]
        for thing in pending:
            seen = self._looked(thing)
            sha.update(seen.text + b"\0")
            for other in seen.leads_to:
                if type(other) in ATOMS:
                    sha.update(_atom(other))
                elif other is not root and is_definition(other):
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
                return self._derived(thing, seen)
        if type(thing).__module__ in TYPING and is_opaque(type(thing)):
            return _Seen(repr(thing).encode(), _parameters(thing))
        wrapped = getattr(thing, "__wrapped__", None)
        if wrapped is not None and is_opaque(type(thing)):
            return _Seen(_name(type(thing)), (wrapped,))
        return self._object(thing)

    def _derived(self, thing: Any, seen: _Seen) -> _Seen:
        """A thing of a kind that Python has, with its attributes, and its class if the content derives it."""
        if isinstance(thing, FunctionType | ModuleType | type):
            return seen
        kind = written(type(thing))
        if is_opaque(kind) and not isinstance(thing, partial):
            return seen
        own = {n: v for n, v in _attributes(thing, kind).items() if n not in UNTOLD}
        return _Seen(seen.text, (*seen.leads_to, kind, *own, *own.values()))

    # kinds of things

    def _type(self, kind: type) -> _Seen:
        if is_opaque(kind):
            return _Seen(_name(kind))
        untold = UNTOLD | ({EXPECTED} if issubclass(kind, Property) else set())
        own = {n: v for n, v in vars(kind).items() if n not in untold}
        return _Seen(_name(kind), (*kind.__bases__, type(kind), *own, *own.values()))

    def _function(self, function: FunctionType) -> _Seen:
        """A function: what it holds and mentions; one that is not the content's has no code to look at."""
        cells = [held_by(cell) for cell in function.__closure__ or ()]
        defaults = (function.__defaults__ or (), function.__kwdefaults__ or {})
        held = (*cells, *defaults, dict(vars(function)))
        named = f"{function.__name__} {function.__qualname__}"
        module = str(function.__globals__.get("__name__", ""))
        if module.partition(".")[0] in ELSEWHERE:
            return _Seen(f"{module} {named}".encode(), held)
        mentioned = names(function.__code__)
        text = f"function {named} ".encode() + meaning(function.__code__)
        if reads_texts(function, mentioned):
            text += self.unknown().encode()
        return _Seen(text, (*held, *self._mentioned(function, mentioned)))

    def _mentioned(self, function: FunctionType, mentioned: set[str]) -> Iterator[Any]:
        """What global names stand for, with what is mentioned of the modules among them.

        A module that is used otherwise than by its attributes counts whole, and so does one that the function
        itself imports.
        """
        known: Mapping[str, Any] = function.__globals__
        for name in sorted(mentioned & known.keys()):
            value = known[name]
            yield name
            if not isinstance(value, ModuleType):
                yield value
            elif is_ours(value.__name__):
                yield value.__name__
                inside = vars(value)
                for own in sorted(mentioned & inside.keys()):
                    yield own
                    yield inside[own]
                if name in whole(function.__code__):
                    yield value
        yield from loaded(mentioned)

    def _module(self, module: ModuleType) -> _Seen:
        """A module that an object holds: all that is in it."""
        if not is_ours(module.__name__):
            return _Seen(module.__name__.encode())
        inside = {n: v for n, v in vars(module).items() if not n.startswith("__")}
        return _Seen(module.__name__.encode(), (*inside, *inside.values()))

    def _object(self, thing: Any) -> _Seen:
        """An object of a class: what its attributes hold, but for what it has only worked out."""
        kind = written(type(thing))
        own = _attributes(thing, kind)
        if _is_built_in(kind) or not (own or hasattr(thing, "__dict__")):
            seen = self._unseen(thing)
            return _Seen(seen.text, (kind, *own, *own.values()))
        lazy = {
            n for c in kind.__mro__ for n, v in vars(c).items() if isinstance(v, cached_property)
        }
        held = {n: v for n, v in own.items() if n not in lazy}
        return _Seen(b"object", (kind, *held, *held.values()))

    def _unseen(self, thing: Any) -> _Seen:
        """A thing whose contents cannot be seen; whatever is in the sources may be in it."""
        return _Seen(_name(type(thing)) + self.unknown().encode())


def _name(kind: type) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode()


def _attributes(thing: Any, kind: type) -> dict[str, Any]:
    """The attributes of an object by name, those in slots included."""
    names = [n for c in kind.__mro__ for n in slots(c)]
    held = {n: getattr(thing, n) for n in names if hasattr(thing, n)}
    return held | getattr(thing, "__dict__", {})


def _is_built_in(kind: type) -> bool:
    """Whether objects of a class hold more than attributes: a part of Python makes them that is no Python."""
    makers = (vars(c).get("__new__") for c in kind.__mro__ if c is not object)
    return any(isinstance(maker, BuiltinFunctionType) for maker in makers)


def _atom(value: Any) -> bytes:
    return f"{type(value).__name__} {value!r},".encode()


def _label(thing: Any) -> bytes:
    """The text that stands for a definition where something leads to it."""
    if isinstance(thing, type):
        return _name(thing)
    own = hashlib.sha256(meaning(thing.__code__)).hexdigest()
    return f"{thing.__module__}.{thing.__qualname__} {own}".encode()


def _text(_: Walk, thing: Any) -> _Seen:
    return _Seen(_atom(thing))


def _items(_: Walk, thing: Any) -> _Seen:
    return _Seen(type(thing).__name__.encode(), tuple(thing))


def _mapping(_: Walk, thing: Any) -> _Seen:
    made = getattr(thing, "default_factory", None)
    return _Seen(type(thing).__name__.encode(), (*thing, *thing.values(), made))


def _set(walk: Walk, thing: Any) -> _Seen:
    if all(isinstance(x, ATOMS) for x in thing):
        return _Seen(b"set" + b"".join(sorted(map(_atom, thing))))
    # things without an order: each by a digest of its own
    parts = [walk._part(x) for x in thing]
    definitions = sorted((x for part in parts for x in part.definitions), key=_label)
    return _Seen(b"set " + b"".join(sorted(part.digest for part in parts)), tuple(definitions))


def _enum(_: Walk, thing: Any) -> _Seen:
    return _Seen(_name(type(thing)) + _atom(thing.name), (thing.value,))


def _pattern(_: Walk, thing: Any) -> _Seen:
    return _Seen(b"pattern", (thing.pattern, thing.flags))


def _parameters(thing: Any) -> tuple[Any, ...]:
    """What a type with parameters is made of."""
    of_variable = (getattr(thing, "__bound__", None), getattr(thing, "__constraints__", ()))
    return (getattr(thing, "__origin__", None), getattr(thing, "__args__", ()), *of_variable)


def _generic(_: Walk, thing: Any) -> _Seen:
    return _Seen(repr(thing).encode(), _parameters(thing))


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
    return _Seen(b"field", (thing.name, thing.default, thing.default_factory, dict(thing.metadata)))


LOOKS: Sequence[tuple[Any, Callable[[Walk, Any], _Seen]]] = (
    (Enum, _enum),
    ((*ATOMS, *LOOKED_AT), _text),
    (re.Pattern, _pattern),
    ((GenericAlias, UnionType, TypeVar), _generic),
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
