"""``vtsc gate``: decide the cells of a manifest and compare them with their expected verdicts."""

import argparse
from functools import partial
from pathlib import Path

from vtsc.base.errors import BadFileError, Exit, UsageError, worst
from vtsc.base.files import check_folder
from vtsc.commands.asking import Asking
from vtsc.commands.judging import judged
from vtsc.commands.options import STATUSES, add_engines, add_jobs, add_output
from vtsc.commands.streams import Streams
from vtsc.commands.verify import noted
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.loader import load, manifest_schema
from vtsc.content.manifest import NAME, Check, Manifest, load_manifest
from vtsc.content.questions import Answered
from vtsc.deciding.costs import Costs
from vtsc.deciding.plan import effort, enlist
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.verdict import Result
from vtsc.report import Gate, Report, check_available, written
from vtsc.report.cells import save_answers, save_reports
from vtsc.report.manifest import FORMATS as LISTED
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.progress import shown
from vtsc.report.screen import put
from vtsc.report.step_summary import append_summary

REPORTS = Path("build") / "report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the manifest, and options for its update and for the report, to a parser."""
    parser.epilog = STATUSES
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"default: {NAME} at the root")
    parser.add_argument(
        "--update", action="store_true", help="print how the expected verdicts would change"
    )
    parser.add_argument("--write", action="store_true", help="with --update: change the manifest")
    said = "print what the manifest asks, and decide nothing; --format json for programs"
    parser.add_argument("--list", action="store_true", help=said)
    said = "print the JSON schema of manifests, for editors, and decide nothing"
    parser.add_argument("--schema", action="store_true", help=said)
    add_engines(parser)
    add_output(parser, saved=f"the full report of each cell; default: {REPORTS} at the root")
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all cells together, or with ``--update`` of what is left to be changed."""
    if arguments.write and not arguments.update:
        raise UsageError("--write: only with --update")
    if arguments.list + arguments.update + arguments.schema > 1:
        raise UsageError("--list, --schema and --update exclude each other")
    if arguments.schema:
        put(manifest_schema(), arguments.output)
        return Exit.OK
    accepted = one_of(LISTED) if arguments.list else check_available
    asked_for = outputs(arguments, accepted)
    enlist(arguments.engine)
    content = load(arguments.root)
    path = Path(arguments.file) if arguments.file else content.root / NAME
    if not arguments.file and not path.is_file():
        raise BadFileError(f"{path}: not there; it lists the cells that vtsc gate decides")
    manifest = load_manifest(content, path, complete=not (arguments.update or arguments.list))
    content = manifest.content
    if arguments.list:
        deliver(asked_for, lambda name: LISTED[name](manifest))
        return Exit.OK
    folder = Path(arguments.save) if arguments.save else _reports(content)
    check_folder(folder)
    streams = Streams(manifest, [] if arguments.update else asked_for)
    verdicts = judged(manifest, _decided(content, manifest, arguments.jobs, streams))
    statuses = [v.status for v in verdicts]
    saved, failed = save_reports(content, [v.result for v in verdicts], folder)
    if arguments.update:
        from vtsc.commands.update import update

        return update(content, manifest, verdicts, path, write=arguments.write)
    answered = _answered(content, manifest, arguments.jobs, streams)
    statuses += [each.answer.status for each in answered]
    gate = Gate(manifest.file, manifest.shown, saved, answered, manifest.skipped)
    given = Report(content, verdicts, gate=gate)
    with noted(statuses):
        streams.end()
    with noted(statuses):
        deliver(streams.left(asked_for), partial(written, report=given))
    append_summary(given)
    with noted(statuses):
        if failed is not None:
            raise failed
    with noted(statuses):
        save_answers(answered, folder)
    return worst(statuses)


def _reports(content: Content) -> Path:
    """The folder for full reports, below the root; for the copy in the wheel, below the working directory."""
    if content.where == "bundled":
        return REPORTS
    folder, here = content.root / REPORTS, Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _answered(content: Content, manifest: Manifest, jobs: int, streams: Streams) -> list[Answered]:
    """The answers to what the manifest asks besides cells."""
    if not manifest.questions:
        return []
    from vtsc.deciding.memory import Memory  # loads the solver

    rests_on = Memory.of(content, effort(prove=True, bounded=False)).rests_on
    asking = Asking(content, rests_on, jobs, streams.question_begun, streams.question_done)
    return asking.answers(manifest.questions)


def _decided(
    content: Content, manifest: Manifest, jobs: int, streams: Streams
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
        streams.begun,
        streams.done,
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
