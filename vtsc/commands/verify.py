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
from vtsc.content.cells import Cell, Group
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.plan import Open, begin, finish
from vtsc.deciding.verdict import Result, Status, status_of
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
    results = _decided(content, groups, arguments)
    if arguments.save:
        save(content, results, Path(arguments.save), arguments.jobs)
    statuses = [status_of(r, expect=arguments.expect, bounded=arguments.bounded) for r in results]
    text = _report(content, arguments, results, statuses)
    if arguments.output:
        write_whole(Path(arguments.output), text)
    else:
        say(text.rstrip("\n"))
    return worst(statuses)


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
    from vtsc.evidence.progress import Place, make  # loads the solver

    places = list(dict.fromkeys(Place(c.design, c.host, c.settings) for c in cells))
    files = [folder / place.folder(content) for place in places]
    made = in_order(places, lambda place: make(content, place), jobs)
    for path, evidence in zip(files, made, strict=True):
        evidence.save(path)
    return files


def _decided(
    content: Content, groups: Sequence[Group], arguments: argparse.Namespace
) -> list[Result]:
    """Every cell's result, in order: what lemmas decide of each group, then what they leave open.

    Groups run on several cores, then open cells; progress shows on a terminal.
    """
    import vtsc.deciding.lemmas  # noqa: F401  # every worker starts with the solver loaded, and nothing else

    def work(group: Group) -> list[Result | Open]:
        return begin(content, group, arguments.depth, not arguments.bounded)

    def rest(left: Open) -> Result:
        return finish(content, left, arguments.depth, arguments.prove)

    begun = [x for found in _shown("groups", groups, work, arguments.jobs) for x in found]
    left = [x for x in begun if isinstance(x, Open)]
    finished = iter(_shown("open cells", left, rest, arguments.jobs))
    return [next(finished) if isinstance(x, Open) else x for x in begun]


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
    results: Sequence[Result],
    statuses: Sequence[Exit],
) -> str:
    if arguments.format == "json":
        return as_json(content, results)
    if arguments.format == "junit":
        return as_junit(content, results, [s is Exit.OK for s in statuses])
    from vtsc.report.text.summary import summary

    head = f"vtsc verify: {content.where} model {content.digest}, depth {arguments.depth}\n"
    parts = [head, matrix(content, results), sometimes(results)]
    for result in results:
        if result.status is Status.VIOLATED and result.trace and result.run:
            text = counterexample(content, result.trace, result.run, result.searched)
            parts.append(text)
    if arguments.prove:
        from vtsc.report.text.proof import proof

        proved = [r.certificate for r in results if r.certificate is not None]
        parts += [proof(certificate, content.model.assumed) for certificate in proved]
    if arguments.show_cti:
        from vtsc.report.text.cti import failed
        from vtsc.why.cti import failed_induction

        undecided = [r.cell for r in results if r.status in UNDECIDED]
        parts += [failed(failed_induction(content, cell)) for cell in undecided]
    parts.append(summary(results, statuses))
    return "\n".join(part for part in parts if part)
