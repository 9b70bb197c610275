"""What a case rests on: a digest of all code and data of the content that its machine and monitors lead to.

The walk (`vtsc.content.walk`) begins at the machine, its properties and every "sometimes". What the code of a
case cannot name does not count, and a change of a design counts for the cases that lead to it. A thing whose
contents cannot be seen makes the case rest on all sources of the content.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import FunctionType
from typing import Any

from vtsc.content.case import Case
from vtsc.content.code import meaning, names, texts
from vtsc.content.content import Content
from vtsc.content.definitions import held_by, loaded
from vtsc.content.live import first_of
from vtsc.content.reading.uses import Use
from vtsc.content.walk import Walk

OF_DOMAIN = ("kinds", "spare", "typical_input", "rules", "shared_rules", "assumed")
"""What the checker uses of a `Domain` besides its machines."""


@dataclass(frozen=True)
class Footprint:
    """The digest of what a case rests on, and of the bytes of all sources of its content."""

    rules: str
    sources: str


@dataclass
class Footprints:
    """The footprints of the cases of one content."""

    content: Content

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
        roots = [[p.name for p in asked], own, builder.parts(), told, machine, monitors]
        return Footprint(self._walk.digest(roots), self.content.texts)

    @cached_property
    def _uses(self) -> Sequence[Use]:
        return self.content.read_numbers()

    @cached_property
    def _walk(self) -> Walk:
        return Walk(lambda: self.content.texts)


@dataclass(frozen=True)
class _Builder:
    """The function that makes a machine, for one design and one host.

    It is given their names, so a table with an entry for each design or host counts for this one only. Where
    its code has the name of another one, it may look that up, and the table counts whole.
    """

    build: Any
    designs: Collection[str]
    hosts: Collection[str]
    design: str
    host: str

    def parts(self) -> list[Any]:
        """What it leads to."""
        return [*self._parts()]

    def _parts(self) -> Iterator[Any]:
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
        yield from (self._entry(held_by(cell)) for cell in function.__closure__ or ())
        mentioned = names(function.__code__)
        for name in sorted(mentioned):
            if name in function.__globals__:
                yield self._entry(function.__globals__[name])
        yield from loaded(mentioned)

    def _entry(self, value: Any) -> Any:
        for known, own in ((self.designs, self.design), (self.hosts, self.host)):
            if isinstance(value, Mapping) and value.keys() == set(known):
                return value if self._texts & {*known} else value[own]
        return value

    @cached_property
    def _texts(self) -> set[str]:
        """The texts in the code of the function."""
        function = self.build
        while isinstance(function, partial):
            function = function.func
        return texts(function.__code__) if isinstance(function, FunctionType) else set()
