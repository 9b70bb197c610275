"""What a case rests on: a digest of all code and data of the content that its machine and monitors lead to.

The walk begins at the machine, its properties and every "sometimes". From an object it goes to its class and
to what its attributes hold, from a class to its bases and to all that is defined in it, and from a function
to every global name that its code mentions. So what the code of a case cannot name does not count, and a
change of a design counts for the cases that lead to it. A digest is the same in every process and folder.

Comments, docstrings, and the numbers of lines do not count. A thing whose contents cannot be seen makes the
case rest on the whole content.
"""

import hashlib
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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

from vtsc.content.case import Case
from vtsc.content.code import meaning, names
from vtsc.content.content import Content
from vtsc.content.live import ELSEWHERE, first_of
from vtsc.content.reading.sources import OWN
from vtsc.content.reading.uses import Use
from vtsc.language.claims import Property

ATOMS = (int, str, bytes, float, complex, bool, type(None), type(...), type(NotImplemented), range)
LOOKED_AT = (Fraction, TypeVar, UnionType)
"""Other kinds of things that are told by their texts."""
OF_DOMAIN = ("kinds", "spare", "typical_input", "rules", "shared_rules", "assumed")
"""What the checker uses of a `Domain` besides its machines."""
UNTOLD = frozenset(
    ("__module__", "__doc__", "__dict__", "__weakref__", "__firstlineno__", "_abc_impl")
)
"""Entries of a class that say nothing about what it does."""
EXPECTED = "expected"
"""The entry of a property with the verdicts that are expected, which nothing that decides reads."""
PACKAGES = ("model", "properties")
TYPING = ("typing", "types", "collections.abc")


@dataclass(frozen=True)
class Footprint:
    """The digest of what a case rests on, and of the bytes of all sources of its content."""

    rules: str
    sources: str


@dataclass(frozen=True)
class _Seen:
    """A thing as the walk found it: its own text, and what it leads to, in order."""

    text: bytes
    leads_to: tuple[Any, ...] = ()


@dataclass(frozen=True)
class _Part:
    """Something as far as the next definitions: its digest, and the definitions that it leads to."""

    digest: bytes
    definitions: tuple[Any, ...]


@dataclass
class Footprints:
    """The footprints of the cases of one content."""

    content: Content
    _parts: dict[int, tuple[Any, bytes, _Part]] = field(default_factory=dict, repr=False)
    """What is known of definitions: themselves, so that they live on, their labels, and what is in them."""

    def of(self, case: Case, properties: Sequence[str]) -> Footprint:
        """The footprint of some properties of a case, which are decided together."""
        machine = case.new_machine()
        asked = [self.content.properties[name] for name in properties]
        subjects = {prop.subjects for prop in asked}
        peers = [p for p in self.content.properties.values() if p.subjects in subjects]
        monitors = [*dict.fromkeys((*asked, *peers)), *self.content.reachabilities(machine)]
        domain = self.content.model_of(case.design)
        own = [(name, getattr(domain, name)) for name in OF_DOMAIN]
        builder = _Builder(domain.build, domain.designs, domain.hosts, case.design, case.host)
        state = machine.state()
        groups = [*([prop] for prop in asked), peers]
        uses = [first_of(self._uses, [machine, state, *group]) for group in groups]
        told = [None if use is None else (use.owners, use.what) for use in uses]
        roots = [[p.name for p in asked], own, builder, told, machine, monitors]
        return Footprint(self._reached(self._part(roots)), self.sources)

    @cached_property
    def sources(self) -> str:
        """The digest of the bytes of every source file of the content."""
        sha = hashlib.sha256()
        root = self.content.root
        files = [p for name in ("model", "properties") for p in sorted((root / name).rglob("*.py"))]
        for path in files:
            sha.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
        for own in self.content.files:
            sha.update(own.path.read_bytes())
        return sha.hexdigest()

    @cached_property
    def _uses(self) -> Sequence[Use]:
        return self.content.read_numbers()

    def _reached(self, roots: _Part) -> str:
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

    def _definition(self, thing: Any) -> tuple[bytes, _Part]:
        """The label and the part of a definition, found once."""
        if id(thing) not in self._parts:
            self._parts[id(thing)] = (thing, _label(thing), self._part(thing))
        _, label, part = self._parts[id(thing)]
        return label, part

    def _part(self, root: Any) -> _Part:
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
        return _Part(sha.digest(), tuple(found.values()))

    def _looked(self, thing: Any) -> _Seen:
        """What a thing is by itself, and what it leads to."""
        for kinds, look in LOOKS:
            if isinstance(thing, kinds):
                return look(self, thing)
        if type(thing).__module__ in TYPING:
            return _Seen(repr(thing).encode(), tuple(getattr(thing, "__args__", ())))
        wrapped = getattr(thing, "__wrapped__", None)
        if wrapped is not None:
            return _Seen(_name(type(thing)), (wrapped,))
        return self._object(thing)

    # kinds of things

    def _type(self, kind: type) -> _Seen:
        if not self._is_ours(kind.__module__):
            return _Seen(_name(kind))
        untold = UNTOLD | ({EXPECTED} if issubclass(kind, Property) else set())
        own = {n: v for n, v in vars(kind).items() if n not in untold and not _is_of_python(v)}
        return _Seen(_name(kind), (*kind.__bases__, type(kind), *own, *own.values()))

    def _function(self, function: FunctionType) -> _Seen:
        module = function.__module__ or ""
        if module.partition(".")[0] in ELSEWHERE:
            return _Seen(f"{module}.{function.__qualname__}".encode())
        cells = [_held(cell) for cell in function.__closure__ or ()]
        mentioned = self._mentioned(function.__globals__, names(function.__code__))
        defaults = (function.__defaults__ or (), function.__kwdefaults__ or {})
        more = {n: v for n, v in vars(function).items() if n != "__wrapped__"}
        wrapped = getattr(function, "__wrapped__", None)
        leads = (*cells, *defaults, *mentioned, more, wrapped)
        return _Seen(b"function " + meaning(function.__code__), leads)

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
        return _Seen(_name(type(thing)) + self.sources.encode())

    def _builder(self, builder: "_Builder") -> _Seen:
        return _Seen(b"builder", tuple(builder.parts()))

    def _is_ours(self, module: str) -> bool:
        return module.partition(".")[0] in PACKAGES or module.startswith(OWN)


@dataclass(frozen=True)
class _Builder:
    """The function that makes a machine, for one design and one host.

    It is given their names, so a table with an entry for each design or host counts for this one only.
    """

    build: Any
    designs: Collection[str]
    hosts: Collection[str]
    design: str
    host: str

    def parts(self) -> Iterator[Any]:
        """What it leads to."""
        function = self.build
        while isinstance(function, partial):
            yield from map(self._entry, (*function.args, *function.keywords.values()))
            function = function.func
        if not isinstance(function, FunctionType):
            yield function
            return
        yield meaning(function.__code__)
        yield from map(self._entry, function.__defaults__ or ())
        yield from map(self._entry, (function.__kwdefaults__ or {}).values())
        yield from (self._entry(_held(cell)) for cell in function.__closure__ or ())
        for name in sorted(names(function.__code__)):
            if name in function.__globals__:
                yield self._entry(function.__globals__[name])

    def _entry(self, value: Any) -> Any:
        for known, own in ((self.designs, self.design), (self.hosts, self.host)):
            if isinstance(value, Mapping) and value.keys() == set(known):
                return value[own]
        return value


def _written(kind: type) -> type:
    """The class as the content has it; the checker derives one from it for objects that refuse stores."""
    made = any(base.__module__.startswith("vtsc.stores") for base in kind.__bases__)
    return _written(kind.__bases__[-1]) if made else kind


def _name(kind: type) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode()


def _atom(value: Any) -> bytes:
    return f"{type(value).__name__} {value!r},".encode()


def _held(cell: Any) -> Any:
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


def _text(_: Footprints, thing: Any) -> _Seen:
    return _Seen(_atom(thing))


def _items(_: Footprints, thing: Any) -> _Seen:
    return _Seen(type(thing).__name__.encode(), tuple(thing))


def _mapping(_: Footprints, thing: Any) -> _Seen:
    return _Seen(type(thing).__name__.encode(), (*thing, *thing.values()))


def _set(footprints: Footprints, thing: Any) -> _Seen:
    if all(isinstance(x, ATOMS) for x in thing):
        return _Seen(b"set" + b"".join(sorted(map(_atom, thing))))
    # things without an order: each by a digest of its own
    parts = [footprints._part(x) for x in thing]
    definitions = sorted((x for part in parts for x in part.definitions), key=_label)
    return _Seen(b"set " + b"".join(sorted(part.digest for part in parts)), tuple(definitions))


def _enum(_: Footprints, thing: Any) -> _Seen:
    return _Seen(_name(type(thing)) + _atom(thing.name), (thing.value,))


def _partial(_: Footprints, thing: Any) -> _Seen:
    return _Seen(b"partial", (thing.func, thing.args, thing.keywords))


def _method(_: Footprints, thing: Any) -> _Seen:
    return _Seen(b"method", (thing.__func__, thing.__self__))


def _descriptor(_: Footprints, thing: Any) -> _Seen:
    parts = (getattr(thing, n, None) for n in ("fget", "fset", "fdel", "__func__", "func"))
    return _Seen(type(thing).__name__.encode(), tuple(parts))


def _dataclass_field(_: Footprints, thing: Any) -> _Seen:
    return _Seen(b"field", (thing.name, thing.default, thing.default_factory))


LOOKS: Sequence[tuple[Any, Callable[[Footprints, Any], _Seen]]] = (
    (Enum, _enum),
    ((*ATOMS, *LOOKED_AT, re.Pattern), _text),
    (GenericAlias, lambda f, x: _Seen(repr(x).encode(), tuple(x.__args__))),
    (type, Footprints._type),
    (FunctionType, Footprints._function),
    (_Builder, Footprints._builder),
    (ModuleType, Footprints._module),
    ((list, tuple), _items),
    ((set, frozenset), _set),
    (dict, _mapping),
    ((partial, partialmethod), _partial),
    (MethodType, _method),
    ((property, staticmethod, classmethod, cached_property), _descriptor),
    (DataclassField, _dataclass_field),
    (BuiltinFunctionType, lambda f, x: _Seen(repr(x.__qualname__).encode(), (x.__module__,))),
)
"""How things of each kind are looked at; the first kind that fits counts."""
