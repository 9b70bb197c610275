"""``vtsc gate``: decide the cells of a manifest and compare them with their expected verdicts."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit, UsageError, worst
from vtsc.base.files import check_folder, check_writable
from vtsc.base.parallel import Executor
from vtsc.commands.options import STATUSES, add_executor, add_jobs, add_output
from vtsc.commands.verify import noted, report
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.loader import load
from vtsc.content.manifest import NAME, Check, Manifest, load_manifest
from vtsc.deciding.costs import Costs
from vtsc.deciding.executors import executor
from vtsc.deciding.plan import effort
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.verdict import Judged, Result, status_of
from vtsc.report import Gate, Report, check_available
from vtsc.report.cells import save_reports
from vtsc.report.progress import shown

REPORTS = Path("build") / "report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the manifest, and options for its update and for the report, to a parser."""
    parser.epilog = STATUSES
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"default: {NAME} at the root")
    parser.add_argument(
        "--update", action="store_true", help="print how the expected verdicts would change"
    )
    parser.add_argument("--write", action="store_true", help="with --update: change the manifest")
    add_output(parser, saved=f"the full report of each cell; default: {REPORTS} at the root")
    add_jobs(parser)
    add_executor(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all cells together, or with ``--update`` of what is left to be changed."""
    if arguments.write and not arguments.update:
        raise UsageError("--write: only with --update")
    check_available(arguments.format)
    where = executor(arguments.executor, arguments.jobs)
    content = load(arguments.root)
    path = Path(arguments.file) if arguments.file else content.root / NAME
    if not arguments.file and not path.is_file():
        raise BadFileError(f"{path}: not there; it lists the cells that vtsc gate decides")
    manifest = load_manifest(content, path, complete=not arguments.update)
    folder = Path(arguments.save) if arguments.save else _reports(content)
    if arguments.output:
        check_writable(Path(arguments.output))
    check_folder(folder)
    verdicts = _judged(manifest, _decided(content, manifest, arguments.jobs, where))
    statuses = [v.status for v in verdicts]
    saved, failed = save_reports(content, [v.result for v in verdicts], folder)
    if arguments.update:
        from vtsc.commands.update import update

        return update(content, manifest, verdicts, path, write=arguments.write)
    gate = Gate(manifest.file, manifest.shown, saved)
    with noted(statuses):
        report(arguments, Report(content, verdicts, gate=gate))
    with noted(statuses):
        if failed is not None:
            raise failed
    return worst(statuses)


def _reports(content: Content) -> Path:
    """The folder for full reports, below the root; for the copy in the wheel, below the working directory."""
    if content.where == "bundled":
        return REPORTS
    folder, here = content.root / REPORTS, Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _decided(
    content: Content, manifest: Manifest, jobs: int, where: Executor
) -> dict[Cell, Result]:
    """Every cell's result; the cells of one case are decided together, and the most expensive first."""
    from vtsc.deciding.memory import Memory  # loads the solver

    together: dict[tuple[str, str, object, int], list[Check]] = {}
    for check in manifest.checks:
        cell = check.cell
        key = (cell.design, cell.host, cell.settings, check.depth)
        together.setdefault(key, []).append(check)
    asked = [
        Asked(
            Case.of(content, checks[0].cell),
            tuple(check.cell.property for check in checks),
            checks[0].depth,
            frozenset(c.cell.property for c in checks if c.expected not in (None, HOLDS)),
        )
        for checks in together.values()
    ]
    much = effort(prove=True, bounded=False)
    costs = Costs()
    schedule = Schedule(
        asked,
        much,
        jobs,
        Memory.of(content, much),
        partial(_cost, costs, {c.cell: c for c in manifest.checks}),
        where,
    )
    results = [result for of_case in schedule.results(shown) for result in of_case]
    costs.note(results)
    return {result.cell: result for result in results}


def _cost(costs: Costs, checks: dict[Cell, Check], cell: Cell) -> int:
    """The cost of a cell in the last run, or else a guess that grows with the counterexample's depth."""
    known = costs.of(cell)
    if known is not None:
        return known
    expected = checks[cell].expected
    return GUESS * (1 if expected in (None, HOLDS) else int(expected or 1))


GUESS = 1_000_000
"""Units that a proof, or each step of a counterexample, is guessed to cost."""


def _judged(manifest: Manifest, results: dict[Cell, Result]) -> Sequence[Judged]:
    """The results in the manifest's order, each compared with what is expected."""
    return [
        Judged(
            results[check.cell],
            check.expected,
            status_of(results[check.cell], expected=check.expected, bounded=False),
        )
        for check in manifest.checks
    ]
