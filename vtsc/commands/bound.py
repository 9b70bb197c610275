"""``vtsc bound``: the greatest value of a measure, such as the lag of a read, in all runs of a cell."""

import argparse
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import Exit, UsageError, worst
from vtsc.base.files import check_writable
from vtsc.base.parallel import Executor
from vtsc.base.spelling import near
from vtsc.commands.options import (
    ERRORS,
    add_cells,
    add_depth,
    add_design,
    add_executor,
    add_formats,
    add_jobs,
)
from vtsc.commands.selection import selected
from vtsc.commands.verify import save
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.bound import Asked, Bound, Kind, bounds
from vtsc.deciding.executors import executor
from vtsc.deciding.sweep import Exactly, Values, axes, points, proved_formula
from vtsc.language.parameters import assignments
from vtsc.report.bounds import FORMATS, Found
from vtsc.report.outputs import Output, deliver, one_of, outputs
from vtsc.report.progress import shown
from vtsc.report.sweeps import FORMATS as SWEEPS
from vtsc.report.sweeps import Swept, plot

STATUSES = (
    "exit status: 0 every bound is exact, or there is none; 20 some measure is only known to be at least "
    f"a value; {ERRORS}"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the measure and the cells to a parser."""
    parser.epilog = STATUSES
    parser.add_argument("measure", metavar="MEASURE", help="vtsc list names the measures")
    add_cells(parser)
    add_design(parser)
    add_depth(parser, DEFAULT_DEPTH)
    parser.add_argument(
        "--sweep",
        nargs="+",
        default=(),
        metavar="NAME=VALUES",
        help="a table over all values A,B,... or A..B:STEP of parameters",
    )
    parser.add_argument("--plot", metavar="FILE", help="with --sweep: an SVG or PNG of the table")
    add_formats(parser, [*SWEEPS])
    parser.add_argument("--save", metavar="DIR", help="keep the runs and the proofs there")
    add_jobs(parser)
    add_executor(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 where every bound is exact or there is none, 20 otherwise, or the status of an error."""
    where = executor(arguments.executor, arguments.jobs)
    content = load(arguments.root, arguments.design)
    prop, sign = measuring(content, arguments.measure, arguments.property)
    arguments.property = [prop]
    asked_for = outputs(arguments, partial(_check_format, arguments))
    _check_options(arguments)
    asked = [
        (Case(content, group.design, group.host, group.settings), prop, sign)
        for group in selected(content, arguments)
    ]
    if arguments.sweep:
        found = _swept(content, asked, arguments, asked_for, where)
    else:
        found = bounds(asked, arguments.depth, arguments.jobs, shown, where)
        deliver(asked_for, lambda name: FORMATS[name](Found(content, found)))
    if arguments.save:
        _save(content, found, Path(arguments.save), arguments.jobs)
    return worst([each.exit for each in found])


def _swept(
    content: Content,
    asked: Sequence[Asked],
    arguments: argparse.Namespace,
    asked_for: Sequence[Output],
    where: Executor,
) -> list[Bound]:
    """Report the bounds of cells at every point of a sweep; returns them all."""
    ranges = axes(arguments.sweep, content.model.parameters)
    every = [*points(ranges)]

    def at(case: Case, prop: str, sign: int, values: Values) -> Asked:
        given = assignments(arguments.set)
        given |= {a.parameter.name: a.text(v) for a, v in zip(ranges, values, strict=True)}
        settings = content.resolve(case.design, prop, given)
        return Case(content, case.design, case.host, settings), prop, sign

    def decided(cells: Sequence[Asked]) -> list[Bound]:
        return bounds(cells, arguments.depth, arguments.jobs, shown, where)

    found = decided([at(*each, values) for each in asked for values in every])
    tables = []
    for number, each in enumerate(asked):
        own = found[number * len(every) : (number + 1) * len(every)]

        def exactly(beside: Sequence[Values], each: Asked = each) -> Exactly:
            return _exactly(beside, decided([at(*each, values) for values in beside]))

        shown_as = proved_formula(ranges, _exactly(every, own), exactly)
        name = f"{each[0].design} {each[0].host} {arguments.measure}"
        tables.append(Swept(name, ranges, dict(zip(every, own, strict=True)), *shown_as))
    deliver(asked_for, lambda name: SWEEPS[name](Found(content, found), tables))
    if arguments.plot:
        plot(tables, Path(arguments.plot))
    return found


def _exactly(points: Sequence[Values], found: Sequence[Bound]) -> Exactly:
    """The bound at each point; None where it is not exact."""
    amounts = (b.amount if b.kind is Kind.EXACT else None for b in found)
    return dict(zip(points, amounts, strict=True))


def _check_format(arguments: argparse.Namespace, name: str) -> None:
    """Raise `UsageError` for a name that is no format of what is asked."""
    one_of(SWEEPS)(name)
    if not arguments.sweep and name not in FORMATS:
        raise UsageError(f"--format {name} is for --sweep only")


def _check_options(arguments: argparse.Namespace) -> None:
    """Check options that belong together, and files that are to be written; raises `UsageError`."""
    if arguments.plot and not arguments.sweep:
        raise UsageError("--plot is for --sweep only")
    if arguments.plot and Path(arguments.plot).suffix not in (".svg", ".png"):
        raise UsageError(f"--plot {arguments.plot}: expected a file name that ends in .svg or .png")
    if arguments.plot and find_spec("matplotlib") is None:
        raise UsageError("--plot needs matplotlib: install vtsc[plot]")
    if arguments.plot:
        check_writable(Path(arguments.plot))


def measuring(content: Content, measure: str, named: list[str]) -> tuple[str, int]:
    """The property that has a measure, the one that is named or the first, and 1; -1 for an opposite.

    Raises `UsageError` for an unknown measure, and for a property that does not have it.
    """
    having: dict[str, list[tuple[str, int]]] = {}
    for name, prop in content.properties.items():
        if prop.measure is not None:
            having.setdefault(prop.measure.name, []).append((name, 1))
            if prop.measure.opposite:
                having.setdefault(prop.measure.opposite, []).append((name, -1))
    if measure not in having:
        raise UsageError(f"unknown measure {measure}: {near(measure, list(having))}")
    fitting = dict(having[measure])
    if not named:
        return next(iter(fitting.items()))
    if len(named) > 1 or named[0] not in fitting:
        raise UsageError(
            f"-p {' -p '.join(named)}: {measure} is measured by {' or '.join(fitting)}"
        )
    return named[0], fitting[named[0]]


def _save(content: Content, found: Sequence[Bound], folder: Path, jobs: int) -> None:
    """Keep the run of each bound, and the proof where there is one."""
    save(content, [x.proof for x in found if x.proof is not None], folder, jobs)
    for each in found:
        if each.trace is not None:
            cell = each.cell
            changed = content.changed(cell.design, cell.property, cell.settings)
            each.trace.save(folder / each.trace.file_name(changed))
