"""``vtsc gate``: decide the cells of a manifest and compare them with their expected verdicts."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit, UsageError, worst
from vtsc.base.files import check_folder, check_writable
from vtsc.commands.budgets import add_budget, budget_of
from vtsc.commands.manifests import asked, cost
from vtsc.commands.options import STATUSES, add_jobs, add_output
from vtsc.commands.verify import noted, report
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.content.manifest import NAME, Manifest, load_manifest
from vtsc.deciding.costs import Costs
from vtsc.deciding.plan import effort
from vtsc.deciding.schedule import Schedule
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
    add_budget(parser)
    parser.add_argument(
        "--stability", metavar="N", help="decide all cells anew with N seeds of the solver; compare"
    )
    parser.add_argument(
        "--since", metavar="REV", help="name the cells that what changed since REV can affect"
    )
    add_output(parser, saved=f"the full report of each cell; default: {REPORTS} at the root")
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all cells together, or with ``--update`` of what is left to be changed."""
    if arguments.write and not arguments.update:
        raise UsageError("--write: only with --update")
    if sum(x is not None for x in (arguments.stability, arguments.since)) + arguments.update > 1:
        raise UsageError("--update, --stability and --since: one at a time")
    check_available(arguments.format)
    content = load(arguments.root)
    path = Path(arguments.file) if arguments.file else content.root / NAME
    if not arguments.file and not path.is_file():
        raise BadFileError(f"{path}: not there; it lists the cells that vtsc gate decides")
    manifest = load_manifest(content, path, complete=not arguments.update)
    if arguments.since is not None:
        from vtsc.commands.since import since

        return since(content, manifest, path, arguments)
    if arguments.stability is not None:
        from vtsc.commands.stability import stability

        return stability(content, manifest, arguments)
    folder = Path(arguments.save) if arguments.save else _reports(content)
    if arguments.output:
        check_writable(Path(arguments.output))
    check_folder(folder)
    verdicts = _judged(manifest, _decided(content, manifest, arguments))
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
    content: Content, manifest: Manifest, arguments: argparse.Namespace
) -> dict[Cell, Result]:
    """Every cell's result; the most expensive cases are decided first."""
    from vtsc.deciding.memory import Memory  # loads the solver
    from vtsc.why.remembered import explained

    much, costs = effort(prove=True, bounded=False), Costs()
    trusted, again = not arguments.recheck, arguments.again
    budget = budget_of(arguments, manifest.budget)
    whole = again or budget.in_units
    memory = Memory.of(
        content, much, trusted=trusted, again=again, budget=budget.per_cell, whole=whole
    )
    schedule = Schedule(
        asked(content, manifest),
        much,
        arguments.jobs,
        memory,
        at_once=trusted and not again,
        cost=cost(costs, manifest),
        budget=budget,
        forgetful=whole,
    )
    results = [result for of_case in schedule.results(shown) for result in of_case]
    costs.note(results)
    traces = [r.trace for r in results if r.trace is not None]
    explained(content, traces, memory.sources, arguments.jobs, again=again)
    return {result.cell: result for result in results}


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
