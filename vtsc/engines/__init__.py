"""The engines, each with its rank and its budget, and how they are run side by side.

All of them are sound, so that no two can contradict each other; which one's answer is reported is fixed by
rank: the first that decides the task within its budget. Nothing here imports a solver before it is used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import current_process

from vtsc.base.parallel import in_order
from vtsc.engines.task import Answer, Engine, Finding, Task


@dataclass(frozen=True)
class Entry:
    """An engine: a function of `vtsc.engines.adapters`. The lower the rank, the more it counts."""

    function: str
    rank: int
    budget: int
    """What one of its questions may cost: Z3 resource units; for Spacer, levels."""

    @property
    def engine(self) -> Engine:
        """The engine itself."""
        found: Engine = getattr(import_module("vtsc.engines.adapters"), self.function)
        return found


ENGINES: Mapping[str, Entry] = {
    "lemmas": Entry("by_lemmas", 1, 2_000_000),
    "bmc": Entry("by_search", 2, 400_000_000),
    "repetition": Entry("by_repetition", 3, 100_000_000),
    "kinduction": Entry("by_kinduction", 4, 10_000_000),
    "spacer": Entry("by_spacer", 5, 14),
}
"""Search comes before what takes longer and decides less; it gives the depth where nothing decides."""


def ask(name: str, task: Task) -> Answer:
    """The answer of one engine."""
    entry = ENGINES[name]
    return entry.engine(task, entry.budget)


def decide(task: Task, jobs: int = 0) -> tuple[str, Answer]:
    """The answer to report, and whose it is: the same whatever ``jobs`` (0: one for each core).

    Where no engine decides the task, the one that searched says how deep; else the first says why.
    """
    answers: dict[str, Answer] = {}
    for name, answer in _answers(task, jobs):
        answers[name] = answer
        if answer.decided:
            return name, answer
    for name, answer in answers.items():
        if answer.finding is Finding.HOLDS:
            return name, answer
    name, answer = next(iter(answers.items()))
    reasons = (f"{n}: {a.reason}" for n, a in answers.items())
    return name, replace(answer, reason="; ".join(reasons))


def _answers(task: Task, jobs: int) -> Iterator[tuple[str, Answer]]:
    """The engines' answers by rank; those still at work when nobody asks any more are ended."""
    names = sorted(ENGINES, key=lambda name: ENGINES[name].rank)
    if jobs == 1 or current_process().daemon:  # a worker has no workers of its own
        yield from ((name, ask(name, task)) for name in names)
        return
    yield from zip(names, in_order(names, lambda name: ask(name, task), jobs), strict=True)
