"""Deciding many cases on several cores: a case is begun, then each cell that is left open is finished."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from vtsc.base.parallel import Waiting, as_done
from vtsc.base.watched import Watched
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.deciding.plan import Open, begin, finish
from vtsc.deciding.verdict import Result

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
    begun: Callable[[Cell], None] = lambda cell: None
    """Is told of each cell that a process begins to decide."""
    done: Callable[[Result], None] = lambda result: None
    """Is told each result."""
    _found: list[dict[str, Result]] = field(default_factory=list)

    def results(self, shown: Callable[[Iterator[int], int], Iterator[int]]) -> list[list[Result]]:
        """The results of each case, in order; ``shown`` is told how many cells are done, and of how many."""
        import vtsc.deciding.proofs  # noqa: F401  # every worker starts with the solver loaded

        self._found = [{} for _ in self.asked]
        for _ in shown(self._decided(), sum(len(a.properties) for a in self.asked)):
            pass
        return [
            [found[prop] for prop in asked.properties]
            for asked, found in zip(self.asked, self._found, strict=True)
        ]

    def _decided(self) -> Iterator[int]:
        """Decide everything; yields how many cells are done whenever some are."""
        waiting: Waiting[Piece] = Watched(self._taken)
        pieces: list[tuple[int, Asked]] = []
        for which, asked in enumerate(self.asked):
            waiting.add((asked, None), max(map(self.cost, asked.cells()), default=0))
            pieces.append((which, asked))
        for number, found in as_done(waiting, self._work, self.jobs):
            which, asked = pieces[number]
            for x in found:
                if isinstance(x, Open):
                    waiting.add((asked, x), self.cost(x.cell))
                    pieces.append((which, asked))
                else:
                    self._found[which][x.cell.property] = x
                    self.done(x)
            self._keep(which, asked)
            yield sum(map(len, self._found))

    def _taken(self, piece: Piece) -> None:
        asked, left = piece
        for cell in asked.cells() if left is None else ():
            self.begun(cell)

    def _work(self, piece: Piece) -> list[Result | Open]:
        asked, left = piece
        if left is not None:
            return [finish(asked.case, left, asked.depth, self.effort)]
        if self.memory is not None:
            known = self.memory.recall(asked.case, asked.properties, asked.depth)
            if known is not None:
                return [*known]
        case, depth, doubted = asked.case, asked.depth, asked.doubted
        found = begin(case, asked.properties, depth, self.effort, doubted)
        if any(isinstance(x, Open) and x.cell.property in doubted for x in found):
            return begin(case, asked.properties, depth, self.effort)
        return found

    def _keep(self, which: int, asked: Asked) -> None:
        """Remember a case all of whose cells have just been decided."""
        found = [self._found[which].get(prop) for prop in asked.properties]
        results = [r for r in found if r is not None]
        new = len(results) == len(found) and any(r.units for r in results)
        if self.memory is not None and new:
            self.memory.remember(asked.case, asked.depth, results)
