"""Deciding many cases on several cores: a case is begun, then each cell that is left open is finished."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from vtsc.base.cache import forget
from vtsc.base.parallel import Waiting, as_done
from vtsc.base.watched import Watched
from vtsc.content.budget import Budget
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.deciding.limits import Limit, accounted, limit_of
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


Cost = Callable[[Cell], int]
"""The expected cost of a cell."""
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
    cost: Cost = lambda cell: 0
    """The expected cost of a cell; the costliest are decided first, unless there is a budget for all."""
    at_once: bool = False
    """Whether to recall is so little work that it is done before any process begins."""
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    """The seed of the solver."""
    begun: Callable[[Cell], None] = lambda cell: None
    """Is told of each cell that a process begins to decide."""
    done: Callable[[Result], None] = lambda result: None
    """Is told each result."""
    forgetful: bool = False
    """Whether deciding a case takes no help from other runs, so that its cost is always the same."""
    _found: list[dict[str, Result]] = field(default_factory=list)

    def results(self, shown: Callable[[Iterator[int], int], Iterator[int]]) -> list[list[Result]]:
        """The results of each case, in order; ``shown`` is told how many cells are done, and of how many."""
        import vtsc.deciding.proofs  # noqa: F401  # every worker starts with the solver loaded

        self._found = [{} for _ in self.asked]
        for _ in shown(self._decided(), sum(len(a.properties) for a in self.asked)):
            pass
        found = [
            [found[prop] for prop in asked.properties]
            for asked, found in zip(self.asked, self._found, strict=True)
        ]
        return accounted(found, self.budget.in_all)

    def _decided(self) -> Iterator[int]:
        """Decide everything; yields how many cells are done whenever some are."""
        waiting: Waiting[Piece] = Watched(self._taken)
        pieces: list[tuple[int, Asked]] = []
        for which, asked in enumerate(self.asked):
            known = self._recalled(asked) if self.at_once else None
            if known is not None:
                self._found[which] = {result.cell.property: result for result in known}
                for result in known:
                    self.done(result)
                yield sum(map(len, self._found))
                continue
            waiting.add((asked, None), self._cost(which, asked.cells()))
            pieces.append((which, asked))
        for number, found in as_done(waiting, self._work, self.jobs):
            which, asked = pieces[number]
            for x in found:
                if isinstance(x, Open):
                    waiting.add((asked, x), self._cost(which, [x.cell]))
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

    def _cost(self, which: int, cells: Sequence[Cell]) -> int:
        """The expected cost of a piece of work, or its place where those that come first are paid first."""
        if self.budget.in_all is not None:
            return -which
        return max(map(self.cost, cells), default=0)

    def _work(self, piece: Piece) -> list[Result | Open]:
        from vtsc.solver.seeds import sow

        sow(self.seed)
        asked, left = piece
        if left is not None:
            self._forget()
            limit = self._limit(asked, 1, left.units)
            return [finish(asked.case, left, asked.depth, self.effort, limit)]
        known = None if self.at_once else self._recalled(asked)
        if known is not None:
            return [*known]
        self._forget()
        case, depth, doubted = asked.case, asked.depth, asked.doubted
        cells = len(asked.properties)
        limit = self._limit(asked, cells, 0)
        found = begin(case, asked.properties, depth, self.effort, doubted, limit)
        if any(isinstance(x, Open) and x.cell.property in doubted for x in found):
            before = [x.units for x in found]
            limit = self._limit(asked, cells, sum(before))
            found = begin(case, asked.properties, depth, self.effort, limit=limit)
            pairs = zip(found, before, strict=True)
            return [replace(x, units=x.units + units) for x, units in pairs]
        return found

    def _forget(self) -> None:
        """To be called in the process that decides a case, which ends then."""
        if self.forgetful:
            forget()

    def _limit(self, asked: Asked, cells: int, before: int) -> Limit:
        """What deciding some cells may cost, on which units were spent ``before``.

        Of a budget for all there is no more left than what earlier cases are known to have cost leaves.
        """
        in_all = self.budget.in_all
        if in_all is None:
            return limit_of(self.budget, cells, before, None)
        which = next(n for n, each in enumerate(self.asked) if each is asked)
        known = (r.units for found in self._found[:which] for r in found.values())
        own = (r.units for r in self._found[which].values())
        return limit_of(self.budget, cells, before, max(0, in_all - before - sum(known) - sum(own)))

    def _recalled(self, asked: Asked) -> list[Result] | None:
        if self.memory is None:
            return None
        return self.memory.recall(asked.case, asked.properties, asked.depth)

    def _keep(self, which: int, asked: Asked) -> None:
        """Remember a case all of whose cells have just been decided."""
        found = [self._found[which].get(prop) for prop in asked.properties]
        results = [r for r in found if r is not None]
        new = len(results) == len(found) and any(r.units and not r.remembered for r in results)
        if self.memory is not None and new:
            self.memory.remember(asked.case, asked.depth, results)
