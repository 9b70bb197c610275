"""``vtsc verify``: decide cells, show the matrix and every counterexample, exit as documented."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from vtsc.base.errors import Exit, UsageError, worst
from vtsc.base.files import check_folder, check_writable, write_whole
from vtsc.base.parallel import in_order
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.expected import recorded_verdict
from vtsc.content.loader import load
from vtsc.deciding.plan import Open, begin, effort, finish
from vtsc.deciding.verdict import Judged, Result, Status, status_of
from vtsc.report.json_document import as_json
from vtsc.report.junit import as_junit
from vtsc.report.screen import say
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.matrix import matrix, sometimes

MAX_DEPTH = 1000
UNDECIDED = (Status.BOUNDED, Status.VACUOUS, Status.UNKNOWN)

W = TypeVar("W")
R = TypeVar("R")


def run(arguments: argparse.Namespace) -> Exit:
    """The exit status of all cells together."""
    if not 1 <= arguments.depth <= MAX_DEPTH:
        raise UsageError(f"--depth {arguments.depth}: a whole number from 1 to {MAX_DEPTH}")
    if arguments.jobs < 0:
        raise UsageError(f"--jobs {arguments.jobs}: 0 (all cores) or more")
    content = load(arguments.root)
    groups = selected(content, arguments)
    if arguments.output:
        check_writable(Path(arguments.output))
    if arguments.save:
        check_folder(Path(arguments.save))
    cases = [Case(content, g.design, g.host, g.settings) for g in groups]
    results = _decided(list(zip(cases, (g.properties for g in groups), strict=True)), arguments)
    if arguments.save:
        save(content, results, Path(arguments.save), arguments.jobs)
    verdicts = [_judged(content, result, arguments) for result in results]
    text = _report(content, arguments, verdicts)
    if arguments.output:
        write_whole(Path(arguments.output), text)
    else:
        say(text.rstrip("\n"))
    return worst([v.status for v in verdicts])


def _judged(content: Content, result: Result, arguments: argparse.Namespace) -> Judged:
    """A result with the verdict that is recorded for its cell, and what it means for the exit status."""
    recorded = recorded_verdict(content, result.cell)
    expected = recorded if arguments.expect else None
    status = status_of(result, expected=expected, bounded=arguments.bounded)
    return Judged(result, recorded, status)


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
            files.append(folder / result.certificate.folder(changed))
            result.certificate.save(files[-1])
        if result.trace is not None:
            files.append(folder / result.trace.file_name(changed))
            result.trace.save(files[-1])
    return files


def _save_liveness(content: Content, cells: Sequence[Cell], folder: Path, jobs: int) -> list[Path]:
    """Save the evidence that no state of these cells is stuck; returns its folders."""
    from vtsc.evidence.progress import folder as place  # loads the solver
    from vtsc.evidence.progress import make

    cases = list({(c.design, c.host, c.settings): Case.of(content, c) for c in cells}.values())
    files = [folder / place(case) for case in cases]
    for path, evidence in zip(files, in_order(cases, make, jobs), strict=True):
        evidence.save(path)
    return files


def _decided(
    asked: Sequence[tuple[Case, tuple[str, ...]]], arguments: argparse.Namespace
) -> list[Result]:
    """Every cell's result, in order: what shared engines decide of each case, then what they leave open.

    Cases run on several cores, then open cells; progress shows on a terminal.
    """
    import vtsc.deciding.proofs  # noqa: F401  # every worker starts with the solver loaded, and nothing else

    much = effort(prove=arguments.prove, bounded=arguments.bounded)

    def work(item: tuple[Case, tuple[str, ...]]) -> list[Result | Open]:
        case, properties = item
        return begin(case, properties, arguments.depth, much)

    def rest(item: tuple[Case, Open]) -> Result:
        case, left = item
        return finish(case, left, arguments.depth, much)

    begun = _shown("cases", asked, work, arguments.jobs)
    of_case = [(case, x) for (case, _), found in zip(asked, begun, strict=True) for x in found]
    left = [(case, x) for case, x in of_case if isinstance(x, Open)]
    finished = iter(_shown("open cells", left, rest, arguments.jobs))
    return [next(finished) if isinstance(x, Open) else x for _, x in of_case]


def _shown(what: str, items: Sequence[W], run: Callable[[W], R], jobs: int) -> list[R]:
    """``run`` of each item on ``jobs`` processes; a terminal shows how many are done."""
    results = in_order(items, run, jobs)
    if not items or sys.stderr is None or not sys.stderr.isatty():
        return list(results)
    from rich.console import Console
    from rich.progress import track  # without a thread of its own: workers are forked beside it

    console = Console(stderr=True)
    shown = track(results, what, len(items), auto_refresh=False, console=console, transient=True)
    return list(shown)


def _report(
    content: Content,
    arguments: argparse.Namespace,
    verdicts: Sequence[Judged],
) -> str:
    results = [v.result for v in verdicts]
    if arguments.format == "json":
        return as_json(content, verdicts)
    if arguments.format == "junit":
        return as_junit(content, verdicts)
    from vtsc.report.text.summary import summary

    head = f"vtsc verify: {content.where} model {content.digest}, depth {arguments.depth}\n"
    parts = [head, matrix(content, results), sometimes(results)]
    for result in results:
        if result.status is Status.VIOLATED and result.trace and result.run:
            text = counterexample(content, result.trace, result.run, result.searched, result.doubt)
            parts.append(text)
    if arguments.prove:
        from vtsc.report.text.proof import proof

        proved = [r.certificate for r in results if r.certificate is not None]
        parts += [proof(certificate, content.model.assumed) for certificate in proved]
    if arguments.show_cti:
        from vtsc.report.text.cti import failed
        from vtsc.why.cti import failed_induction

        undecided = [r.cell for r in results if r.status in UNDECIDED]
        parts += [failed(failed_induction(Case.of(content, c), c.property)) for c in undecided]
    parts.append(summary(verdicts))
    return "\n".join(part for part in parts if part)
