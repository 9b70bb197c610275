"""One step of the whole machine: one store of the writer is seen, or a reader takes its next load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from model.designs import BARRIER, Design
from model.lemmas import LEMMAS, progress
from model.state import Page, Shared
from vtsc.language import (
    Action,
    Inputs,
    Lemma,
    Progress,
    Settings,
    TableMachine,
    bounded,
    either,
    negation,
)

HOSTS = {
    "sc": "stores are seen in program order",
    "weak": "stores are seen in any order, unless a barrier lies between them; loads stay in order",
}
LOADS = ("look", "load_first", "load_second", "check")
"""The loads of a reading, each a method of `Machine`; after the last one the reader begins again."""


@dataclass(frozen=True)
class Pair:
    """The pair that a reader has loaded, and whether it believes it."""

    first: int
    second: int
    believed: bool

    def told(self, last: "Pair | None") -> str:
        """The pair as a trace shows it."""
        return f"{'believed' if self.believed else 'refused'}=({self.first}, {self.second})"


class Machine(TableMachine):
    """A design on a host with a number of readers."""

    stores_of: ClassVar[Mapping[type, Sequence[str]]] = {Design: ("page",)}

    def __init__(self, design: Design, host: str, settings: Settings) -> None:
        self.design, self.host = design, host
        self.sizes = {"reader": settings["readers"]}
        self.symmetric = {"reader": tuple(range(settings["readers"]))}
        self.stores = [step for step in design.program if step != BARRIER]

    def table(self) -> Sequence[Action[Shared]]:
        """Every action there is: the writer's stores, then the readers' loads."""
        actions: list[Action[Shared]] = []
        for name in self.stores:
            actions.append(
                Action(
                    name,
                    (),
                    partial(self.may_store, name),
                    partial(self.store, name),
                    "a store of the writer is seen",
                )
            )
        for at, name in enumerate(LOADS):
            actions.append(
                Action(
                    name,
                    ("reader",),
                    partial(self.may_load, at),
                    partial(self.load, at),
                    "a reader takes a load",
                )
            )
        return actions

    def state(self) -> Shared:
        """A page that nobody has written yet."""
        return Shared(self.sizes["reader"])

    def initialise(self, state: Shared, inputs: Inputs) -> None:
        """There is one initial state, in which everything is 0."""

    # the writer

    def ahead(self, name: str) -> list[str]:
        """The stores of the same update that are seen before this one."""
        earlier = list(self.design.program[: self.design.program.index(name)])
        while self.host == "weak" and earlier and earlier[-1] != BARRIER:
            earlier.pop()
        return [step for step in earlier if step != BARRIER]

    def may_store(self, name: str, state: Shared) -> bool:
        missing = [negation(state.writer.stored(other)) for other in self.ahead(name)]
        return negation(either([state.writer.stored(name), *missing]))

    def store(self, name: str, state: Shared) -> None:
        writer, update = state.writer, bounded(state.writer.updates + 1)
        self._store(name, state.page, update)
        writer.note(name)
        if negation(either(negation(writer.stored(other)) for other in self.stores)):
            writer.updates = update
            writer.begin()

    def _store(self, name: str, page: Page, update: int) -> None:
        """The design's store of that name."""
        if name == "open":
            self.design.open(page, update)
        elif name == "first":
            self.design.first(page, update)
        elif name == "second":
            self.design.second(page, update)
        else:
            self.design.close(page, update)

    # the readers

    def may_load(self, at: int, state: Shared, r: int) -> bool:
        return state.readers[r].at == at

    def load(self, at: int, state: Shared, r: int) -> Pair | None:
        """The load at that place of a reading; the last one lets the pair be observed."""
        if at == 0:
            self.look(state, r)
        elif at == 1:
            self.load_first(state, r)
        elif at == 2:
            self.load_second(state, r)
        else:
            return self.check(state, r)
        return None

    def look(self, state: Shared, r: int) -> None:
        state.readers[r].at, state.readers[r].version = 1, state.page.version

    def load_first(self, state: Shared, r: int) -> None:
        state.readers[r].at, state.readers[r].first = 2, state.page.first

    def load_second(self, state: Shared, r: int) -> None:
        state.readers[r].at, state.readers[r].second = 3, state.page.second

    def check(self, state: Shared, r: int) -> Pair:
        reader = state.readers[r]
        reader.at = 0
        believed = self.design.believes(reader, state.page.version)
        return Pair(reader.first, reader.second, believed)

    # what proofs need

    def lemmas(self) -> Sequence[Lemma]:
        """What may be true of every reachable state."""
        return LEMMAS

    def progress(self) -> Progress:
        """How each reader gets to the end of a reading."""
        return progress(LOADS)
