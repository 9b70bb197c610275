"""A case: one design on one host with settings, opened once for all that is asked about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.base.spelling import near
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.language.actions import Call
from vtsc.language.claims import Monitor, Property, Sometimes
from vtsc.language.lemmas import OWN, Lemma
from vtsc.language.machine import Machine
from vtsc.language.parameters import Settings

Sizes = Mapping[str, int]
"""How many instances there are of each kind."""


@dataclass
class Case:
    """A design on a host with settings, opened once; its cells differ in their property only.

    A machine is built once for each size, and lemmas are stated once for each machine.
    """

    content: Content
    design: str
    host: str
    settings: Settings
    _machines: dict[tuple[int, ...], Machine] = field(default_factory=dict)
    _lemmas: dict[tuple[str, tuple[int, ...]], list[Lemma]] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy elsewhere makes its own machines."""
        return Case, (self.content, self.design, self.host, self.settings)

    @classmethod
    def of(cls, content: Content, cell: Cell) -> "Case":
        """The case that a cell belongs to."""
        return cls(content, cell.design, cell.host, cell.settings)

    def cell(self, prop: str) -> Cell:
        """The cell of a property, or of a "sometimes"."""
        return Cell(self.design, self.host, prop, self.settings)

    @cached_property
    def sizes(self) -> Sizes:
        """The sizes of the case's own machine."""
        return {kind: self.settings[name] for kind, name in self.content.model.kinds.items()}

    def machine(self, sizes: Sizes | None = None) -> Machine:
        """The machine at the given sizes, by default the case's own."""
        key = self._key(sizes)
        if key not in self._machines:
            self._machines[key] = self.new_machine(sizes)
        return self._machines[key]

    def new_machine(self, sizes: Sizes | None = None) -> Machine:
        """A machine that nobody else has, by default of the case's own sizes."""
        kinds, settings = self.content.model.kinds, self.settings
        if sizes is not None:
            settings = settings.replaced({kinds[kind]: n for kind, n in sizes.items()})
        build: Callable[..., Machine] = self.content.model.build
        return build(self.design, self.host, settings)

    def _key(self, sizes: Sizes | None) -> tuple[int, ...]:
        return tuple((self.sizes if sizes is None else sizes).values())

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All calls of the case's own machine."""
        return tuple(self.machine().calls())

    def property(self, name: str) -> Property:
        """The property of that name."""
        return self.content.properties[name]

    def monitor(self, name: str) -> Monitor:
        """The monitor of a property or of a "sometimes"."""
        return self.content.monitor(name)

    @cached_property
    def sometimes(self) -> list[Sometimes]:
        """Every "sometimes" that can be asked of the machine, those of its actions included."""
        return self.content.reachabilities(self.machine())

    def needed(self, prop: str) -> tuple[str, ...]:
        """The "sometimes" without which the claim of a property is vacuous, as far as they apply.

        Raises `BadFileError` for a name that is no "sometimes" of this machine.
        """
        here = [s.name for s in self.sometimes]
        elsewhere = {s.name for s in self.content.sometimes}
        needs = self.property(prop).needs
        for name in needs:
            if name not in here and name not in elsewhere:
                where = self.content.place(type(self.property(prop)))
                raise BadFileError(
                    f'{where}: {prop} needs {name}, no "sometimes": {near(name, here)}'
                )
        return tuple(name for name in needs if name in here)

    def lemmas(self, prop: str, sizes: Sizes | None = None) -> list[Lemma]:
        """Every lemma that the model and the property suggest for a machine of these sizes."""
        key = (prop, self._key(sizes))
        if key not in self._lemmas:
            machine = self.machine(sizes)
            own = map(self._named, self.property(prop).lemmas(machine))
            self._lemmas[key] = [*self._machine_lemmas(sizes), *own]
        return self._lemmas[key]

    def _machine_lemmas(self, sizes: Sizes | None) -> list[Lemma]:
        key = ("", self._key(sizes))
        if key not in self._lemmas:
            self._lemmas[key] = [*map(self._named, self.machine(sizes).lemmas())]
        return self._lemmas[key]

    def _named(self, lemma: Lemma) -> Lemma:
        """A lemma of the content; raises `BadFileError` where it has the name of one of the checker's own."""
        if lemma.name in (own.name for own in OWN):
            code: Any = getattr(lemma.holds, "__code__", None)
            where = ""
            if code is not None and self.content.holds(code.co_filename):
                where = f"{self.content.relative(code.co_filename)}:{code.co_firstlineno}: "
            raise BadFileError(
                f"{where}lemma {lemma.name}: the checker uses that name; choose another"
            )
        return lemma

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """The object that a caller keeps for the case under this name; made when it is first asked for."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def changed(self, prop: str) -> dict[str, int | str]:
        """The settings that differ from those with which the property's cell starts."""
        return self.content.changed(self.design, prop, self.settings)
