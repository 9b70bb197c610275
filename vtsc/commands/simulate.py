"""``vtsc simulate``: random legal runs, seeded, with every property evaluated on them."""

import argparse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vtsc.base.errors import Exit, UsageError, VtscError, worst
from vtsc.base.files import check_folder
from vtsc.base.parallel import Lost, ordered
from vtsc.commands.options import add_cells, add_design, add_executor, add_jobs
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Group
from vtsc.content.content import Content, model_error
from vtsc.content.loader import load
from vtsc.deciding.executors import executor
from vtsc.evidence.minimise import minimised
from vtsc.evidence.replay import trace_of
from vtsc.evidence.trace import Trace
from vtsc.native.random_runs import Outcome, simulate
from vtsc.native.witness import Witness
from vtsc.report.screen import say
from vtsc.report.text.wrapping import folded


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the cells, the number of steps and the seed to a parser."""
    add_cells(parser)
    add_design(parser)
    parser.add_argument("--steps", type=int, default=10_000, metavar="N", help="default 10000")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default 1")
    said = "save here the shortest run that violates each property, minimised"
    parser.add_argument("--save", metavar="DIR", help=said)
    add_jobs(parser)
    add_executor(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Return 10 when some run violated a property, else 0; 20 for what has no result on a cluster."""
    if arguments.steps < 1:
        raise UsageError(f"--steps {arguments.steps}: at least 1")
    where = executor(arguments.executor, arguments.jobs)
    content = load(arguments.root, arguments.design)
    groups = selected(content, arguments)
    if arguments.save:
        check_folder(Path(arguments.save))
    take = _Taking(arguments.steps, arguments.seed, saved=bool(arguments.save))
    statuses = []
    with closing(ordered([(content, group) for group in groups], take, where)) as results:
        for group, found in zip(groups, results, strict=False):
            if isinstance(found, Exception):
                raise found
            if isinstance(found, Lost):
                say(folded(f"{group.design} {group.host}: no runs were taken: {found.why}"))
                statuses.append(Exit.UNKNOWN)
                continue
            say(folded(found.told))
            for trace, name, length in found.traces:
                _save(trace, name, length, Path(arguments.save))
            statuses.append(found.status)
    return worst(statuses)


@dataclass(frozen=True)
class _Found:
    """What random runs of a group found."""

    told: str
    status: Exit
    traces: tuple[tuple[Trace, str, int], ...]
    """For each property that is violated, if it is asked for: a run, its file, and how long it was."""


@dataclass(frozen=True)
class _Taking:
    """Takes random runs of a group, in a process of its own."""

    steps: int
    seed: int
    saved: bool

    def __call__(self, item: tuple[Content, Group]) -> _Found | Exception:
        content, group = item
        try:
            return self._found(content, group)
        except VtscError as error:
            return error
        except (Exception, SystemExit) as error:  # a model may do anything
            if isinstance(error, MemoryError):
                raise
            return model_error(content, error)

    def _found(self, content: Content, group: Group) -> _Found:
        texts = sorted(group.settings.texts().items())
        seed = f"{self.seed} {group.design} {group.host} {texts}"
        properties = {name: content.properties[name] for name in group.properties}
        machine = content.model.build(group.design, group.host, group.settings)
        outcome = simulate(machine, properties, self.steps, seed, content.model.typical_input)
        sizes = " x ".join(f"{n} {kind}" for kind, n in machine.sizes.items())
        found = ", ".join(f"{p} {n}" for p, n in outcome.violations.items() if n) or "none"
        told = (
            f"{group.design} {group.host}, {sizes}: {outcome.steps} steps in {outcome.runs} "
            f"{'run' if outcome.runs == 1 else 'runs'}, violations: {found}"
        )
        status = Exit.VIOLATED if any(outcome.violations.values()) else Exit.OK
        traces = _minimised(content, group, outcome) if self.saved else ()
        return _Found(told, status, tuple(traces))


def _minimised(
    content: Content, group: Group, outcome: Outcome
) -> Iterator[tuple[Trace, str, int]]:
    """The run that violates each property soonest, minimised."""
    case = Case(content, group.design, group.host, group.settings)
    for name in group.properties:
        found: Witness | None = outcome.shortest.get(name)
        if found is not None:
            trace, _ = trace_of(case, name, minimised(case, name, found))
            yield trace, trace.file_name(case.changed(name)), len(found.calls)


def _save(trace: Trace, name: str, length: int, folder: Path) -> None:
    """Save a run, and say where."""
    path = folder / name
    trace.save(path)
    told = f"saved {path}: {trace.property} VIOLATED({trace.hit_at}), of a run of {length} steps"
    say(folded(told))
