"""``vtsc verify``: decide cells, show the matrix and every counterexample, exit as documented."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import Exit, UsageError, worst
from vtsc.base.files import check_folder
from vtsc.base.parallel import in_order
from vtsc.commands.options import (
    STATUSES,
    add_cells,
    add_depth,
    add_design,
    add_engines,
    add_executor,
    add_jobs,
    add_output,
)
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import expected_verdict
from vtsc.content.loader import load
from vtsc.deciding.executors import executor
from vtsc.deciding.plan import effort, enlist
from vtsc.deciding.schedule import Asked, Schedule
from vtsc.deciding.verdict import Judged, Result, status_of
from vtsc.report import Report, check_available, written
from vtsc.report.outputs import deliver, outputs
from vtsc.report.progress import shown
from vtsc.report.screen import complain


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the cells, and the options for deciding and reporting them, to a parser."""
    parser.epilog = STATUSES
    add_cells(parser)
    add_design(parser)
    add_depth(parser, DEFAULT_DEPTH)
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--prove", action="store_true", help="ask for proofs, by every engine")
    asked.add_argument("--bounded", action="store_true", help="holding to the depth is enough")
    parser.add_argument(
        "--show-cti", action="store_true", help="show why lemmas do not prove what is not decided"
    )
    parser.add_argument("--expect", action="store_true", help="wanted: the expected verdicts")
    parser.add_argument(
        "--all", action="store_true", help='tell all parameters and every "sometimes"'
    )
    add_engines(parser)
    add_output(parser, saved="save counterexamples and certificates here")
    add_jobs(parser)
    add_executor(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all cells together."""
    asked_for = outputs(arguments, check_available)
    enlist(arguments.engine)
    where = executor(arguments.executor, arguments.jobs, arguments.engine)
    content = load(arguments.root, arguments.design)
    groups = selected(content, arguments)
    if arguments.save:
        check_folder(Path(arguments.save))
    asked = [
        Asked(Case(content, g.design, g.host, g.settings), g.properties, arguments.depth)
        for g in groups
    ]

    @cache
    def listed() -> Mapping[Cell, str]:
        from vtsc.content.manifest import listed_verdicts

        return listed_verdicts(content)

    cells = (cell for each in asked for cell in each.cells())
    expected = {cell: expected_verdict(content, cell, listed) for cell in cells}
    much = effort(prove=arguments.prove, bounded=arguments.bounded)
    decided = Schedule(asked, much, arguments.jobs, executor=where).results(shown)
    results = [result for of_case in decided for result in of_case]
    verdicts = [_judged(result, arguments, expected[result.cell]) for result in results]
    statuses = [v.status for v in verdicts]
    given = _report(content, verdicts, arguments)
    with noted(statuses):
        deliver(asked_for, partial(written, report=given))
    with noted(statuses):
        if arguments.save:
            save(content, results, Path(arguments.save), arguments.jobs)
    return worst(statuses)


@contextmanager
def noted(statuses: list[Exit]) -> Iterator[None]:
    """A context that reports a file that cannot be written, and adds the status to ``statuses``."""
    try:
        yield
    except UsageError as error:
        complain(f"vtsc: {error}")
        statuses.append(error.status)


def _judged(result: Result, arguments: argparse.Namespace, expected: str | None) -> Judged:
    """A result with the verdict that is expected of its cell, and what it means for the exit status."""
    wanted = expected if arguments.expect else None
    status = status_of(result, expected=wanted, bounded=arguments.bounded)
    return Judged(result, expected, status)


def _report(content: Content, verdicts: Sequence[Judged], arguments: argparse.Namespace) -> Report:
    return Report(
        content,
        verdicts,
        depth=arguments.depth,
        everything=arguments.all,
        proofs=arguments.prove,
        bounded=arguments.bounded,
        failed_inductions=arguments.show_cti,
    )


def save(content: Content, results: Sequence[Result], folder: Path, jobs: int = 0) -> list[Path]:
    """Save every counterexample and certificate in ``folder``, on ``jobs`` processes.

    Returns their paths.
    """
    proved = [r.cell for r in results if r.certificate is not None]
    files = _save_liveness(content, proved, folder, jobs)
    for result in results:
        cell = result.cell
        changed = content.changed(cell.design, cell.property, cell.settings)
        if result.certificate is not None:
            files.append(folder / result.certificate.place)
            result.certificate.save(files[-1])
        if result.trace is not None:
            files.append(folder / result.trace.file_name(changed))
            result.trace.save(files[-1])
    return files


def _save_liveness(content: Content, cells: Sequence[Cell], folder: Path, jobs: int) -> list[Path]:
    """Save the evidence that no state of these cells is stuck; returns its folders."""
    from vtsc.evidence.progress import folder as place  # loads the solver
    from vtsc.evidence.progress import make
    from vtsc.evidence.systems import Systems

    cases = list({(c.design, c.host, c.settings): Case.of(content, c) for c in cells}.values())
    files = [folder / place(case) for case in cases]
    for path, evidence in zip(
        files, in_order(cases, lambda case: make(Systems(case)), jobs), strict=True
    ):
        evidence.save(path)
    return files
