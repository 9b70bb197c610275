"""What a case rests on: a digest of all code and data of the content that its machine and monitors lead to.

The walk (`vtsc.content.walk`) begins at the machine, its properties and every "sometimes". What the code of a
case cannot name does not count, and a change of a design counts for the cases that lead to it. A thing whose
contents cannot be seen makes the case rest on all sources of the content.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import CodeType, FunctionType
from typing import Any

from vtsc.content.case import Case
from vtsc.content.code import is_only_looked_up, meaning, names
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

    It is given their names. So a table with an entry for each design or host counts for this one only, if the
    function does nothing with it but look up the name that it is given.
    """

    build: Any
    designs: Collection[str]
    hosts: Collection[str]
    design: str
    host: str

    def parts(self) -> list[Any]:
        """What it leads to."""
        bound, function = [], self.build
        while isinstance(function, partial) and not function.args:
            bound.append(function.keywords)
            function = function.func
        if not isinstance(function, FunctionType):
            return [self.build]
        code, mentioned = function.__code__, names(function.__code__)
        parameters = code.co_varnames[: code.co_argcount]
        defaults = function.__defaults__ or ()
        held = [
            *zip(parameters[len(parameters) - len(defaults) :], defaults, strict=True),
            *(function.__kwdefaults__ or {}).items(),
            *(pair for keywords in bound for pair in keywords.items()),
            *zip(code.co_freevars, map(held_by, function.__closure__ or ()), strict=True),
            *(
                (n, function.__globals__[n])
                for n in sorted(mentioned & function.__globals__.keys())
            ),
        ]
        entries = [(name, self._entry(code, name, value)) for name, value in held]
        return [meaning(code), entries, [*loaded(mentioned)]]

    def _entry(self, code: CodeType, name: str, value: Any) -> Any:
        given = code.co_varnames[: min(2, code.co_argcount)]
        known = ((self.designs, self.design), (self.hosts, self.host))
        for key, (every, own) in zip(given, known, strict=False):
            if isinstance(value, Mapping) and value.keys() == set(every):
                return value[own] if is_only_looked_up(code, name, key) else value
        return value
