"""``vtsc threshold``: the values of a parameter between which the verdict of a cell changes."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import COSTLY, Exit, UsageError, worst
from vtsc.commands.options import ERRORS, add_cells, add_depth, add_design, add_formats, add_jobs
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content, known
from vtsc.content.loader import load
from vtsc.deciding.plan import effort
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.threshold import FEW, MANY, USUAL, Grid, Threshold, grid, threshold
from vtsc.deciding.verdict import Result, Status
from vtsc.evidence.hints import Like
from vtsc.language.parameters import assignments
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.progress import doing
from vtsc.report.thresholds import FORMATS, Found, written

if TYPE_CHECKING:  # it imports z3
    from vtsc.evidence.inclusion import Inclusion

STATUSES = (
    "exit status: 0 a change was found, or all values that were decided have the same verdict, or "
    "that of every value follows; "
    f"20 some value has no verdict; {ERRORS}"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the parameter, its range, and the cells to a parser."""
    parser.epilog = STATUSES
    parser.add_argument("parameter", metavar="PARAM", help="a parameter with numbers as values")
    add_cells(parser)
    add_design(parser)
    steps = ", ".join(f"{text} ({kind})" for kind, text in USUAL.items())
    parser.add_argument(
        "--step", metavar="S", help=f"distance between neighbouring values; default: {steps}"
    )
    parser.add_argument(
        "--within", metavar="A..B", help="least and greatest value; default: all values"
    )
    add_depth(parser, DEFAULT_DEPTH)
    parser.add_argument("--bounded", action="store_true", help="holding to the depth is enough")
    add_formats(parser, [*FORMATS])
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 where every threshold is settled, else 20, or the status of an error."""
    content = load(arguments.root, arguments.design)
    parameter = content.model.parameters[
        known("parameter", arguments.parameter, content.model.parameters)
    ]
    values = grid(parameter, arguments.within, arguments.step)
    given = assignments(arguments.set)
    if parameter.name in given:
        raise UsageError(
            f"--set {parameter.name}: {parameter.name} is the parameter that is varied"
        )
    asked_for = outputs(arguments, one_of(FORMATS))
    cells = [cell for group in selected(content, arguments) for cell in group.cells()]
    found = []
    for number, cell in enumerate(cells, 1):
        told = f"cell {number} of {len(cells)}: {cell.design} {cell.host} {cell.property}"
        found.append(Found(cell, _decided(content, cell, given, values, arguments, told)))
    doing("")
    deliver(asked_for, lambda name: written(name, content, found))
    return worst([_status(x.threshold) for x in found])


def _decided(
    content: Content,
    cell: Cell,
    given: dict[str, str],
    values: Grid,
    arguments: argparse.Namespace,
    told: str,
) -> Threshold:
    """The threshold of one cell, whose other settings are ``given``; a terminal is ``told`` which it is."""

    proved: list[tuple[Any, Like]] = []
    name, parse = values.parameter.name, values.parameter.parse

    def decide(texts: Sequence[int | str]) -> list[Result]:
        asked = []
        for text in texts:
            value = parse(str(text))
            _, like = min(proved, key=lambda each: abs(each[0] - value), default=(None, None))
            one = _asked(content, cell, {**given, name: str(text)}, arguments.depth)
            asked.append(replace(one, like=like))
        if texts:
            doing(f"{told} at {', '.join(map(str, texts))}")
        schedule = Schedule(asked, effort(prove=False, bounded=arguments.bounded), arguments.jobs)
        decided = schedule.results(lambda done, total: done)
        found = [result for of_case in decided for result in of_case]
        proved.extend(
            (parse(str(text)), like)
            for text, result in zip(texts, found, strict=True)
            if (like := _like(result)) is not None
        )
        return found

    def at(number: int) -> Case:
        text = str(values.text(number))
        return _asked(content, cell, {**given, values.parameter.name: text}, arguments.depth).case

    def include(more: bool) -> "Inclusion | None":
        from vtsc.evidence.inclusion import Range, inclusion

        doing(f"{told} at all values")
        parameter = values.parameter
        range_ = Range(parameter.name, parameter.kind, values.first, values.step, values.count - 1)
        return inclusion(at, cell.property, range_, more=more)

    few = MANY if arguments.within else FEW
    return threshold(values, decide, bounded=arguments.bounded, few=few, include=include)


def _like(result: Result) -> Like | None:
    """What proves the cells with other values of the parameter, as far as it proved this one."""
    certificate = result.certificate
    if certificate is None or certificate.engine != "lemmas":
        return None
    lemmas = tuple((x.owner, x.name) for x in certificate.stated)
    return Like(lemmas, certificate.only if COSTLY in certificate.only else "")


def _asked(content: Content, cell: Cell, given: dict[str, str], depth: int) -> Asked:
    settings = content.resolve(cell.design, cell.property, given)
    return Asked(Case(content, cell.design, cell.host, settings), (cell.property,), depth)


def _status(found: Threshold) -> Exit:
    """Finding a violation is what is wanted here; only a value without a verdict is not."""
    failed = [r.exit or Exit.INTERNAL for r in found.results.values() if r.status is Status.ERROR]
    if failed:
        return worst(failed)
    return Exit.OK if found.is_settled else Exit.UNKNOWN
