"""``vtsc gate``: decide the cells of a manifest and compare them with their expected verdicts."""

import argparse
from functools import partial
from pathlib import Path

from vtsc.base.errors import Exit, UsageError, worst
from vtsc.base.files import check_folder
from vtsc.base.parallel import Executor, Local
from vtsc.commands.asking import Asking
from vtsc.commands.budgets import add_budget, budget_of
from vtsc.commands.judging import judged
from vtsc.commands.manifests import asked, cost
from vtsc.commands.options import STATUSES, add_engines, add_executor, add_jobs, add_output
from vtsc.commands.starter import add_init, check_init, init
from vtsc.commands.streams import Streams
from vtsc.commands.verify import noted
from vtsc.content.budget import Budget
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.loader import load, manifest_schema
from vtsc.content.manifest import NAME, Manifest, load_manifest, usual_manifest
from vtsc.content.questions import Answered
from vtsc.deciding.costs import Costs
from vtsc.deciding.executors import executor
from vtsc.deciding.plan import effort, enlist
from vtsc.deciding.schedule import Schedule
from vtsc.deciding.verdict import Judged, Result
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
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help=f"default: {NAME} at the root, or the nearest above"
    )
    parser.add_argument(
        "--update", action="store_true", help="print how the expected verdicts would change"
    )
    parser.add_argument("--write", action="store_true", help="with --update: change the manifest")
    said = "print what the manifest asks, and decide nothing; --format json for programs"
    parser.add_argument("--list", action="store_true", help=said)
    said = "print the JSON schema of manifests, for editors, and decide nothing"
    parser.add_argument("--schema", action="store_true", help=said)
    add_init(parser)
    add_budget(parser)
    parser.add_argument(
        "--stability", metavar="N", help="decide all cells anew with N seeds of the solver; compare"
    )
    parser.add_argument(
        "--since", metavar="REV", help="name the cells that changes since REV can affect"
    )
    add_engines(parser)
    add_output(parser, saved=f"the full report of each cell; default: {REPORTS} at the root")
    add_jobs(parser)
    add_executor(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all cells together, or with ``--update`` of what is left to be changed."""
    check_init(arguments)
    if arguments.init is not None:
        return init(arguments)
    if arguments.write and not arguments.update:
        raise UsageError("--write: only with --update")
    _check_options(arguments)
    if arguments.schema:
        put(manifest_schema(), arguments.output)
        return Exit.OK
    accepted = one_of(LISTED) if arguments.list else check_available
    asked_for = outputs(arguments, accepted)
    enlist(arguments.engine)
    where = executor(arguments.executor, arguments.jobs, arguments.engine)
    content = load(arguments.root)
    path = Path(arguments.file) if arguments.file else usual_manifest(content)
    manifest = load_manifest(content, path, complete=not (arguments.update or arguments.list))
    content = manifest.content
    if arguments.list:
        deliver(asked_for, lambda name: LISTED[name](manifest))
        return Exit.OK
    if arguments.since is not None:
        from vtsc.commands.since import since

        return since(content, manifest, path, arguments)
    if arguments.stability is not None:
        from vtsc.commands.stability import stability

        return stability(content, manifest, arguments)
    folder = Path(arguments.save) if arguments.save else _reports(content)
    check_folder(folder)
    streams = Streams(manifest, [] if arguments.update else asked_for)
    budget, recheck = budget_of(arguments, manifest.budget), arguments.recheck
    results = _decided(
        manifest, arguments.jobs, streams, budget, where, recheck=recheck, again=arguments.again
    )
    verdicts = judged(manifest, results)
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


def _check_options(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` where options exclude each other."""
    named = ("list", "schema", "update", "stability", "since")
    given = [name for name in named if getattr(arguments, name) not in (None, False)]
    if len(given) > 1:
        raise UsageError(f"--{given[0]} and --{given[1]} exclude each other")


def _answered(content: Content, manifest: Manifest, jobs: int, streams: Streams) -> list[Answered]:
    """The answers to what the manifest asks besides cells."""
    if not manifest.questions:
        return []
    from vtsc.deciding.memory import Memory  # loads the solver

    rests_on = Memory.of(content, effort(prove=True, bounded=False)).sources
    asking = Asking(content, rests_on, jobs, streams.question_begun, streams.question_done)
    return asking.answers(manifest.questions)


def _decided(
    manifest: Manifest,
    jobs: int,
    streams: Streams,
    budget: Budget,
    where: Executor,
    *,
    recheck: bool = False,
    again: bool = False,
) -> dict[Cell, Result]:
    """Every cell's result; the most expensive cases are decided first.

    ``recheck``: proofs that are remembered are checked again; ``again``: all is decided anew.
    """
    from vtsc.deciding.memory import Memory  # loads the solver
    from vtsc.why.remembered import explained

    content, much, costs = manifest.content, effort(prove=True, bounded=False), Costs()
    trusted, whole = not recheck, again or budget.in_units
    memory = Memory.of(
        content, much, trusted=trusted, again=again, budget=budget.per_cell, whole=whole
    )
    schedule = Schedule(
        asked(content, manifest),
        much,
        jobs,
        memory,
        at_once=trusted and not again,
        cost=cost(costs, manifest),
        budget=budget,
        begun=streams.begun,
        done=streams.done,
        forgetful=whole,
        executor=where,
    )
    results = [result for of_case in schedule.results(shown) for result in of_case]
    costs.note(results)
    traces = [r.trace for r in results if r.trace is not None]
    explained(content, traces, memory.sources, jobs, again=again)
    return {result.cell: result for result in results}


def decided(manifest: Manifest, jobs: int) -> list[Judged]:
    """The cells of a manifest, each with what is expected of it; nothing is reported."""
    streams = Streams(manifest, [])
    return judged(manifest, _decided(manifest, jobs, streams, manifest.budget, Local(jobs)))


def answered(manifest: Manifest, jobs: int) -> list[Answered]:
    """What a manifest asks besides cells, with the answers; nothing is reported."""
    return _answered(manifest.content, manifest, jobs, Streams(manifest, []))
