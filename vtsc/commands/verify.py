"""``vtsc verify``: decide cells, show the matrix and every counterexample, exit as documented."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from vtsc.cells import Group, decide
from vtsc.commands.selection import selected
from vtsc.errors import Exit, UsageError, worst
from vtsc.files import check_folder, check_writable, write_whole
from vtsc.loader import Content, load
from vtsc.parallel import in_order
from vtsc.report.counterexample import counterexample
from vtsc.report.documents import as_json, as_junit
from vtsc.report.matrix import matrix, sometimes
from vtsc.report.notes import say
from vtsc.verdict import Cell, Result, Status, status_of

MAX_DEPTH = 1000


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
    results = [r for found in _decided(content, groups, arguments) for r in found]
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
    from vtsc.liveness import Place, make  # loads the solver

    places = list(dict.fromkeys(Place(c.design, c.host, c.settings) for c in cells))
    files = [folder / place.folder(content) for place in places]
    made = in_order(places, lambda place: make(content, place), jobs)
    for path, evidence in zip(files, made, strict=True):
        evidence.save(path)
    return files


def _decided(
    content: Content, groups: Sequence[Group], arguments: argparse.Namespace
) -> Iterator[list[Result]]:
    """Each group's results in order; groups run on several cores, progress shows on a terminal."""
    import vtsc.proving  # noqa: F401  # every worker starts with the solver loaded, and nothing else

    def work(group: Group) -> list[Result]:
        return decide(content, group, arguments.depth, not arguments.bounded, arguments.prove)

    _progress(0, len(groups))
    for done, found in enumerate(in_order(groups, work, arguments.jobs), 1):
        _progress(done, len(groups))
        yield found


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\r{done}/{of} groups", end=end, file=sys.stderr, flush=True)


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
    from vtsc.report.summary import summary

    head = f"vtsc verify: {content.where} model {content.digest}, depth {arguments.depth}\n"
    parts = [head, matrix(content, results), sometimes(results)]
    for result in results:
        if result.status is Status.VIOLATED and result.trace and result.run:
            text = counterexample(content, result.trace, result.run, result.searched)
            parts.append(text)
    if arguments.prove:
        from vtsc.report.proof import proof

        proved = [r.certificate for r in results if r.certificate is not None]
        parts += [proof(certificate, content.model.assumed) for certificate in proved]
    if arguments.show_cti:
        from vtsc.report.cti import ctis

        parts += ctis(content, results)
    parts.append(summary(results, statuses))
    return "\n".join(part for part in parts if part)
