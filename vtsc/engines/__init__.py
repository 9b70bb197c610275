"""The engines by name, each with its rank and the effort at which it is asked, and functions that ask them.

All of them are sound, so no two can contradict each other. Rank fixes whose answer is reported: the first
that decides the task within its budget. Nothing here imports a solver before an engine is asked. Engines of
plug-ins are asked after all others, once they are enlisted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from importlib import import_module
from typing import TypeVar

from vtsc.base.plugins import ENGINES as PLUGGED
from vtsc.base.plugins import plug_in
from vtsc.engines.task import Answer, Engine, Task

T = TypeVar("T")


class Effort(IntEnum):
    """The levels of effort: a search to a depth, the usual engines for proofs as well, or all engines."""

    BOUNDED = 0
    USUAL = 1
    ALL = 2


@dataclass(frozen=True)
class Entry:
    """An engine: the function ``decide`` of a module below this package."""

    module: str
    rank: int
    """The lower the rank, the more the engine's answer counts."""
    effort: Effort
    """The least effort at which the engine is asked."""
    shared: bool = False
    """Whether one preparation serves all properties of a case, which are therefore asked together."""
    plugged: str = ""
    """For an engine of a plug-in, that and its version."""

    @property
    def engine(self) -> Engine:
        """The engine itself."""
        if self.plugged:
            from vtsc.engines.plugged import engine

            return engine(self.module)
        found: Engine = import_module(f"vtsc.engines.{self.module}").decide
        return found


ENGINES: Mapping[str, Entry] = {
    "lemmas": Entry("proof.induction", 1, Effort.USUAL, shared=True),
    "bmc": Entry("search.bmc", 2, Effort.BOUNDED),
    "repetition": Entry("search.repetition", 3, Effort.USUAL),
    "kinduction": Entry("proof.kinduction", 4, Effort.ALL),
    "spacer": Entry("proof.spacer", 5, Effort.ALL),
}
"""Search comes before engines that take longer and decide less; where none decides, it gives the depth."""


_enlisted: dict[str, Entry] = {}
"""The engines of plug-ins that this process asks, and engines that it asks whatever the effort."""


def enlist(names: Sequence[str]) -> None:
    """Ask these engines from now on, whatever the effort; raises `UsageError` for one that cannot be used.

    One that is not built in is an entry point of the group ``vtsc.engines``.
    """
    _enlisted.clear()
    for number, name in enumerate(dict.fromkeys(names)):
        known = ENGINES.get(name)
        if known is not None:
            _enlisted[name] = replace(known, effort=Effort.BOUNDED)
            continue
        found = plug_in(PLUGGED, name, "--engine", [*ENGINES])
        found.load(["decide"])
        rank = len(ENGINES) + 1 + number
        _enlisted[name] = Entry(name, rank, Effort.BOUNDED, plugged=found.distribution)


def enlisted() -> list[str]:
    """The engines that are enlisted, each with its distribution where it is a plug-in's."""
    return [f"{name} {entry.plugged}".rstrip() for name, entry in _enlisted.items()]


def entry_of(name: str) -> Entry:
    """The engine of that name."""
    return _enlisted.get(name) or ENGINES[name]


def asked(effort: Effort, *, shared: bool) -> tuple[str, ...]:
    """The engines to ask at an effort, by rank: those that share a preparation, or the others."""
    every = {**ENGINES, **_enlisted}
    names = (n for n, e in every.items() if e.effort <= effort and e.shared == shared)
    return tuple(sorted(names, key=lambda name: every[name].rank))


def ask(name: str, task: Task) -> Answer:
    """The answer of one engine."""
    return entry_of(name).engine(task)


def answers(task: Task, names: Sequence[str]) -> Iterator[tuple[str, Answer]]:
    """The engines' answers, one after the other; an engine is asked when its answer is wanted."""
    for name in names:
        yield name, ask(name, task)


Answers = dict[str, Answer]
"""Answers by the names of the engines that gave them, in the order in which they were asked."""


def first_accepted(
    task: Task, names: Sequence[str], accept: Callable[[str, Answer, Answers], T | None]
) -> tuple[T | None, Answers]:
    """The result that ``accept`` makes of the first answer it accepts, and all answers up to that one.

    ``accept`` is given an engine's name, its answer if that decides the task, and the answers before it. It
    returns None for an answer that fails its checks; the next engine is asked then.
    """
    given: Answers = {}
    for name, answer in answers(task, names):
        accepted = accept(name, answer, given) if answer.decided else None
        given[name] = answer
        if accepted is not None:
            return accepted, given
    return None, given
