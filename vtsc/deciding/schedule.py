"""Deciding many cases side by side: a case is begun, then each cell that is left open is finished.

A case is one piece of work, and so is each cell that is left open. Where the process of a case ends before it
has a result, each cell of the case is tried alone, so that only what brings the process down is not decided.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from vtsc.base.cache import forget
from vtsc.base.parallel import Executor, Local, Lost, Waiting
from vtsc.base.watched import Watched
from vtsc.content.budget import Budget
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.deciding.guarded import Open
from vtsc.deciding.limits import Limit, accounted, limit_of
from vtsc.deciding.plan import begin, finish
from vtsc.deciding.verdict import Result, lost
from vtsc.evidence.hints import Like

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
    like: Like | None = None
    """What proved a case that differs little from this one."""

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


@dataclass(frozen=True)
class Piece:
    """A piece of work: a case that is to be begun, or a cell of it that is to be finished."""

    which: int
    """The number of the case."""
    asked: Asked
    left: Open | None = None
    units: int | None = None
    """What others leave of a budget for all, at most; None where there is none."""

    def cells(self) -> list[Cell]:
        """The cells that it is about."""
        return self.asked.cells() if self.left is None else [self.left.cell]


@dataclass(frozen=True)
class Deciding:
    """Decides pieces of work, by search and proof, in a process that ends then."""

    effort: "Effort"
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    """The seed of the solver."""
    forgetful: bool = False
    """Whether it takes no help from other runs, so that its cost is always the same."""

    def __call__(self, piece: Piece) -> list[Result | Open]:
        """The results of a piece of work, and the cells that it leaves open."""
        from vtsc.evidence.earlier import violated_before
        from vtsc.solver.seeds import sow

        sow(self.seed)
        if self.forgetful:
            forget()
        asked, left = piece.asked, piece.left
        case, depth = asked.case, asked.depth
        if left is not None:
            return [finish(case, left, depth, self.effort, self._limit(piece, 1, left.units))]
        cells = len(asked.properties)
        limit = self._limit(piece, cells, 0)
        doubted = asked.doubted | violated_before(case, asked.properties, depth)
        found = begin(case, asked.properties, depth, self.effort, doubted, limit, asked.like)
        if any(isinstance(x, Open) and x.cell.property in doubted for x in found):
            before = [x.units for x in found]
            limit = self._limit(piece, cells, sum(before))
            found = begin(case, asked.properties, depth, self.effort, limit=limit, like=asked.like)
            pairs = zip(found, before, strict=True)
            return [replace(x, units=x.units + units) for x, units in pairs]
        return found

    def _limit(self, piece: Piece, cells: int, before: int) -> Limit:
        """What deciding some cells may cost, on which units were spent ``before``."""
        left = None if piece.units is None else max(0, piece.units - before)
        return limit_of(self.budget, cells, before, left)


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
        found = [
            [found[prop] for prop in asked.properties]
            for asked, found in zip(self.asked, self._found, strict=True)
        ]
        return accounted(found, self.budget.in_all)

    def _decided(self) -> Iterator[int]:
        """Decide everything; yields how many cells are done whenever some are."""
        executor = self.executor or Local(self.jobs)
        cases = range(len(self.asked))
        if self.at_once:
            for which in cases:
                for result in self._recalled(self.asked[which]):
                    self._note(which, result)
                if self._found[which]:
                    yield self._number()
        elif executor.remote and self.memory is not None:
            pieces: Waiting[Piece] = Waiting()
            yield from self._run(pieces, cases, Local(self.jobs), self._remembered)
        left = [which for which in cases if not self._found[which]]
        if len(left) > 1 and not executor.remote:
            import vtsc.deciding.reaching  # noqa: F401
            from vtsc.evidence.beforehand import prepare

            prepare(self.asked[left[0]].case)
        run = self._deciding if executor.remote else self._work
        yield from self._run(Watched(self._taken), left, executor, run)

    def _run(
        self,
        waiting: Waiting[Piece],
        cases: Sequence[int],
        executor: Executor,
        run: Callable[[Piece], list[Result | Open]],
    ) -> Iterator[int]:
        """Run the pieces of these cases, and those to which they lead."""
        pieces: list[Piece] = []

        def add(piece: Piece) -> None:
            piece = replace(piece, units=self._units_left(piece.which))
            waiting.add(piece, self._cost(piece))
            pieces.append(piece)

        for which in cases:
            add(Piece(which, self.asked[which]))
        with closing(executor.as_done(waiting, run)) as results:
            for number, result in results:
                piece = pieces[number]
                which = piece.which
                found: Sequence[Result | Open | Asked]
                if isinstance(result, Lost):
                    found = self._without(piece.asked, piece.left, result)
                    self._apart.add(which)
                else:
                    found = result
                for x in found:
                    if isinstance(x, Asked):
                        add(Piece(which, x))
                    elif isinstance(x, Open):
                        add(Piece(which, piece.asked, x))
                    else:
                        self._note(which, x)
                self._keep(which, self.asked[which])
                yield self._number()

    def _note(self, which: int, result: Result) -> None:
        self._found[which][result.cell.property] = result
        self.done(result)

    def _number(self) -> int:
        return sum(map(len, self._found))

    def _without(self, asked: Asked, left: Open | None, gone: Lost) -> list[Result | Open | Asked]:
        """What becomes of a piece of work that has no result."""
        if left is not None:
            return [lost(left.cell, gone.why)]
        if len(asked.properties) == 1 or gone.everywhere:
            return [lost(cell, gone.why) for cell in asked.cells()]
        return [replace(asked, properties=(prop,)) for prop in asked.properties]

    def _taken(self, piece: Piece) -> None:
        for cell in piece.cells() if piece.left is None else ():
            self.begun(cell)

    def _cost(self, piece: Piece) -> int:
        """The expected cost of a piece of work, or its place where those that come first are paid first."""
        if self.budget.in_all is not None:
            return -piece.which
        return max(map(self.cost, piece.cells()), default=0)

    @property
    def _deciding(self) -> Deciding:
        return Deciding(self.effort, self.budget, self.seed, self.forgetful)

    def _work(self, piece: Piece) -> list[Result | Open]:
        """Recall or decide, in a process that was forked when the piece was taken: it knows what is left."""
        known = [] if self.at_once else self._remembered(piece)
        return known or self._deciding(replace(piece, units=self._units_left(piece.which)))

    def _units_left(self, which: int) -> int | None:
        """What is left of a budget for all, of what earlier cases and this one are known to have cost."""
        in_all = self.budget.in_all
        if in_all is None:
            return None
        return in_all - sum(r.units for f in self._found[: which + 1] for r in f.values())

    def _remembered(self, piece: Piece) -> list[Result | Open]:
        """The results of a case that is remembered; none where it is not."""
        return [] if piece.left is not None else [*self._recalled(piece.asked)]

    def _recalled(self, asked: Asked) -> Sequence[Result]:
        if self.memory is None:
            return ()
        return self.memory.recall(asked.case, asked.properties, asked.depth) or ()

    def _keep(self, which: int, asked: Asked) -> None:
        """Remember a case all of whose cells have just been decided."""
        found = [self._found[which].get(prop) for prop in asked.properties]
        results = [r for r in found if r is not None]
        new = len(results) == len(found) and any(r.units and not r.remembered for r in results)
        if self.memory is not None and new and which not in self._apart:
            self.memory.remember(asked.case, asked.depth, results)
