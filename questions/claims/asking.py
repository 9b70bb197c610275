"""Asks the questions of claims: all their cells together first, then each question by itself."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from questions.claims.claim import Answer, Answered, Ask, Claim
from questions.claims.reading import every_cell
from vtsc.base.parallel import in_order
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.deciding.plan import decide, effort
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.verdict import Result

Shown = Callable[[Iterator[int], int], Iterator[int]]


@dataclass(frozen=True)
class Asker:
    """What a question may use to get its answer."""

    content: Content
    again: bool
    results: Mapping[Cell, Result]
    beside: Sequence[Ask] = ()
    """The questions that are answered together."""
    shared: dict[str, Any] = field(default_factory=dict)
    """What these work out for each other."""

    def result(self, cell: Cell) -> Result:
        """The verdict of one of the question's cells."""
        return self.results[cell]

    def decide(self, cells: Sequence[Cell], depth: int) -> Sequence[Result]:
        """The verdicts of other cells, decided one after the other."""
        much = effort(prove=True, bounded=False)
        found = []
        for cell in cells:
            found += decide(Case.of(self.content, cell), (cell.property,), depth, much)
        return found


def answered(
    content: Content, claims: Sequence[Claim], jobs: int, shown: Shown, *, again: bool
) -> list[Answered]:
    """The claims with their answers. ``again``: derive everything, and take nothing from the tree."""
    asker = Asker(content, again, _decided(content, claims, jobs, shown, again=again))
    batches: dict[Hashable, list[Ask]] = {}
    for ask in dict.fromkeys(q.ask for claim in claims for q in claim.questions):
        batches.setdefault(ask.batch, []).append(ask)

    def work(batch: Sequence[Ask]) -> list[Answer]:
        together = replace(asker, beside=batch, shared={})
        return [ask.answer(together) for ask in batch]

    found = in_order(list(batches.values()), work, jobs)
    pairs = (
        zip(batch, found_here, strict=True)
        for batch, found_here in zip(batches.values(), found, strict=True)
    )
    answers = {ask: answer for pair in pairs for ask, answer in pair}
    return [Answered(claim, tuple(answers[q.ask] for q in claim.questions)) for claim in claims]


def _decided(
    content: Content, claims: Sequence[Claim], jobs: int, shown: Shown, *, again: bool
) -> dict[Cell, Result]:
    """The verdict of every cell; the cells of one case are decided together."""
    from vtsc.deciding.kept import Kept  # loads the solver
    from vtsc.deciding.memory import Memory

    cells = {kept.cell: kept for claim in claims for _, kept in every_cell(claim)}
    cases: dict[tuple[object, ...], list[Cell]] = {}
    for cell, kept in cells.items():
        cases.setdefault((cell.design, cell.host, cell.settings, kept.depth), []).append(cell)
    asked = [
        Asked(
            Case.of(content, group[0]),
            tuple(cell.property for cell in group),
            cells[group[0]].depth,
            frozenset(cell.property for cell in group if cells[cell].expected != HOLDS),
        )
        for group in cases.values()
    ]
    much = effort(prove=True, bounded=False)
    memory = None if again else Kept(Memory.of(content, much))
    results = Schedule(asked, much, jobs, memory, cost=lambda cell: _cost(cells[cell].expected))
    return {r.cell: r for of_case in results.results(shown) for r in of_case}


def _cost(expected: str) -> int:
    """A guess: a trace is replayed at once, a proof is made again."""
    return 1 if expected == HOLDS else 0
