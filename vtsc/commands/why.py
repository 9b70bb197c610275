"""``vtsc why``: the statements and lemmas that a proof needs, or the small changes that mend a violation."""

import argparse

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import Exit, UsageError, worst
from vtsc.commands.options import ERRORS, add_cells, add_depth, add_design, add_formats
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.plan import decide, effort
from vtsc.deciding.verdict import Result, Status
from vtsc.report.attributions import FORMATS, Attributed, written
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.progress import doing
from vtsc.why.attribution import Needs, Repairs, needs, repairing

LIMIT = 8
"""The number of changes that are decided, where nothing else is said."""
MOST = 10_000
STATUSES = f"exit status: 0 proved, 10 violated, 20 neither, {ERRORS}"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the cells and the number of changes to a parser."""
    parser.epilog = STATUSES
    add_cells(parser)
    add_design(parser)
    add_depth(parser, DEFAULT_DEPTH)
    parser.add_argument(
        "--limit",
        type=_limit,
        default=LIMIT,
        metavar="N",
        help=f"changes that are decided after plain runs have refuted the others; default {LIMIT}",
    )
    add_formats(parser, [*FORMATS])


def _limit(text: str) -> int:
    """A number of changes; raises `UsageError` for a text that is none."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= MOST:
        raise UsageError(f"--limit {text}: accepted is a whole number from 0 to {MOST}")
    return number


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 where every cell is proved, 10 where one is violated, or the status of an error."""
    content = load(arguments.root, arguments.design)
    cells = [cell for group in selected(content, arguments) for cell in group.cells()]
    asked_for = outputs(arguments, one_of(FORMATS))
    found = [_attributed(content, cell, arguments) for cell in cells]
    deliver(asked_for, lambda name: written(name, content, found))
    return worst([_status(each.result) for each in found])


def _attributed(content: Content, cell: Cell, arguments: argparse.Namespace) -> Attributed:
    case = Case.of(content, cell)
    (result,) = decide(case, (cell.property,), arguments.depth, effort(prove=False, bounded=False))
    depth, prop = arguments.depth, cell.property
    hangs: Needs | Repairs | None = None
    if result.certificate is not None:
        hangs = needs(case, prop, result.certificate, depth, doing)
    elif result.status is Status.VIOLATED and result.trace is not None:
        hangs = repairing(case, prop, result, depth, arguments.limit, doing)
    doing("")
    return Attributed(result, hangs)


def _status(result: Result) -> Exit:
    if result.status is Status.ERROR:
        return result.exit or Exit.INTERNAL
    if result.status is Status.VIOLATED:
        return Exit.VIOLATED
    return Exit.OK if result.certificate is not None else Exit.UNKNOWN
