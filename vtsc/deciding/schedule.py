"""Deciding many cases side by side: a case is begun, then each cell that is left open is finished.

A case is one piece of work, and so is each cell that is left open. Where the process of a case ends before it
has a result, each cell of the case is tried alone, so that only what brings the process down is not decided.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from vtsc.base.parallel import Executor, Local, Lost, Waiting
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.deciding.plan import Open, begin, finish
from vtsc.deciding.verdict import Result, lost

if TYPE_CHECKING:  # these import z3
    from vtsc.engines import Effort


@dataclass(frozen=True)
class Asked:
    """Cells of one case that are to be decided together."""

    case: Case
    properties: tuple[str, ...]
    depth: int
    doubted: frozenset[str] = frozenset()
    """Properties of which a violation is looked for before a proof."""

    def cells(self) -> list[Cell]:
        """The cells."""
        return [self.case.cell(prop) for prop in self.properties]


class Remembers(Protocol):
    """Keeps verdicts with their evidence, and gives them back once that is checked again."""

    def recall(self, case: Case, properties: Sequence[str], depth: int) -> list[Result] | None:
        """The verdicts of a case; None where it has to be decided."""

    def remember(self, case: Case, depth: int, results: Sequence[Result]) -> None:
        """Keep the verdicts of a case that has just been decided."""


Piece = tuple[Asked, Open | None]
"""A piece of work: a case that is to be begun, or a cell of it that is to be finished."""


@dataclass(frozen=True)
class Deciding:
    """Decides pieces of work, by search and proof."""

    effort: "Effort"

    def __call__(self, piece: Piece) -> list[Result | Open]:
        """The results of a piece of work, and the cells that it leaves open."""
        asked, left = piece
        case, depth, doubted = asked.case, asked.depth, asked.doubted
        if left is not None:
            return [finish(case, left, depth, self.effort)]
        found = begin(case, asked.properties, depth, self.effort, doubted)
        if any(isinstance(x, Open) and x.cell.property in doubted for x in found):
            return begin(case, asked.properties, depth, self.effort)
        return found


@dataclass
class Schedule:
    """The cases to be decided, and the way in which they are."""

    asked: Sequence[Asked]
    effort: "Effort"
    jobs: int = 0
    memory: Remembers | None = None
    """A case that is remembered need not be decided."""
    cost: Callable[[Cell], int] = lambda cell: 0
    """The expected cost of a cell; the costliest are decided first."""
    executor: Executor | None = None
    """What decides the cells; without one, ``jobs`` processes of this machine."""
    _found: list[dict[str, Result]] = field(default_factory=list)
    _apart: set[int] = field(default_factory=set)
    """The cases of which a process was lost: they were not decided as others are, and are not remembered."""

    def results(self, shown: Callable[[Iterator[int], int], Iterator[int]]) -> list[list[Result]]:
        """The results of each case, in order; ``shown`` is told how many cells are done, and of how many."""
        import vtsc.deciding.proofs  # noqa: F401  # every worker starts with the solver loaded

        self._found, self._apart = [{} for _ in self.asked], set()
        for _ in shown(self._decided(), sum(len(a.properties) for a in self.asked)):
            pass
        return [
            [found[prop] for prop in asked.properties]
            for asked, found in zip(self.asked, self._found, strict=True)
        ]

    def _decided(self) -> Iterator[int]:
        """Decide everything; yields how many cells are done whenever some are."""
        local, executor = Local(self.jobs), self.executor or Local(self.jobs)
        every = list(enumerate(self.asked))
        if not executor.remote or self.memory is None:
            run = Deciding(self.effort) if executor.remote else self._work
            yield from self._run(every, executor, run)
            return
        yield from self._run(every, local, self._remembered)
        left = [(which, asked) for which, asked in every if not self._found[which]]
        yield from self._run(left, executor, Deciding(self.effort))

    def _run(
        self,
        cases: Sequence[tuple[int, Asked]],
        executor: Executor,
        run: Callable[[Piece], list[Result | Open]],
    ) -> Iterator[int]:
        """Run the pieces of these cases, and those to which they lead."""
        waiting: Waiting[Piece] = Waiting()
        pieces: list[tuple[int, Piece]] = []

        def add(which: int, asked: Asked, left: Open | None) -> None:
            cells = asked.cells() if left is None else [left.cell]
            waiting.add((asked, left), max(map(self.cost, cells), default=0))
            pieces.append((which, (asked, left)))

        for which, asked in cases:
            add(which, asked, None)
        with closing(executor.as_done(waiting, run)) as results:
            for number, result in results:
                which, (asked, left) = pieces[number]
                found: Sequence[Result | Open | Asked]
                if isinstance(result, Lost):
                    found = self._without(asked, left, result)
                    self._apart.add(which)
                else:
                    found = result
                for x in found:
                    if isinstance(x, Asked):
                        add(which, x, None)
                    elif isinstance(x, Open):
                        add(which, asked, x)
                    else:
                        self._found[which][x.cell.property] = x
                self._keep(which, self.asked[which])
                yield sum(map(len, self._found))

    def _without(self, asked: Asked, left: Open | None, gone: Lost) -> list[Result | Open | Asked]:
        """What becomes of a piece of work that has no result."""
        if left is not None:
            return [lost(left.cell, gone.why)]
        if len(asked.properties) == 1 or gone.everywhere:
            return [lost(cell, gone.why) for cell in asked.cells()]
        return [replace(asked, properties=(prop,)) for prop in asked.properties]

    def _work(self, piece: Piece) -> list[Result | Open]:
        return self._remembered(piece) or Deciding(self.effort)(piece)

    def _remembered(self, piece: Piece) -> list[Result | Open]:
        """The results of a case that is remembered; none where it is not."""
        asked, left = piece
        if left is not None or self.memory is None:
            return []
        return [*(self.memory.recall(asked.case, asked.properties, asked.depth) or ())]

    def _keep(self, which: int, asked: Asked) -> None:
        """Remember a case all of whose cells have just been decided."""
        found = [self._found[which].get(prop) for prop in asked.properties]
        results = [r for r in found if r is not None]
        new = len(results) == len(found) and any(r.units for r in results)
        if self.memory is not None and new and which not in self._apart:
            self.memory.remember(asked.case, asked.depth, results)
