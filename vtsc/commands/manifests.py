"""The work that a manifest asks for: its cells by their cases, and what each is expected to cost."""

from functools import partial

from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.manifest import Check, Manifest
from vtsc.deciding.costs import Costs
from vtsc.deciding.schedule import Asked, Cost


def asked(content: Content, manifest: Manifest) -> list[Asked]:
    """The cells of a manifest; those of one case are decided together."""
    together: dict[tuple[str, str, object, int], list[Check]] = {}
    for check in manifest.checks:
        cell = check.cell
        key = (cell.design, cell.host, cell.settings, check.depth)
        together.setdefault(key, []).append(check)
    return [
        Asked(
            Case.of(content, checks[0].cell),
            tuple(check.cell.property for check in checks),
            checks[0].depth,
            frozenset(c.cell.property for c in checks if c.expected not in (None, HOLDS)),
        )
        for checks in together.values()
    ]


def cost(costs: Costs, manifest: Manifest) -> Cost:
    """The function that gives the expected cost of a cell."""
    return partial(_cost, costs, {c.cell: c for c in manifest.checks})


def _cost(costs: Costs, checks: dict[Cell, Check], cell: Cell) -> int:
    """The cost of a cell in the last run, or else a guess that grows with the counterexample's depth."""
    known = costs.of(cell)
    if known is not None:
        return known
    expected = checks[cell].expected
    return GUESS * (1 if expected in (None, HOLDS) else int(expected or 1))


GUESS = 1_000_000
"""Units that a proof, or each step of a counterexample, is guessed to cost."""
