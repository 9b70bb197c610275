"""``vtsc simulate``: random legal runs, seeded, with every property evaluated on them."""

import argparse
from pathlib import Path

from vtsc.base.errors import Exit, UsageError, VtscError
from vtsc.base.files import check_folder
from vtsc.commands.options import add_cells, add_design
from vtsc.commands.selection import selected
from vtsc.content.case import Case
from vtsc.content.cells import Group
from vtsc.content.content import Content, model_error
from vtsc.content.loader import load
from vtsc.evidence.minimise import minimised
from vtsc.evidence.replay import trace_of
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


def run(arguments: argparse.Namespace) -> Exit:
    """Return 10 when some run violated a property, else 0."""
    if arguments.steps < 1:
        raise UsageError(f"--steps {arguments.steps}: at least 1")
    content = load(arguments.root, arguments.design)
    groups = selected(content, arguments)
    if arguments.save:
        check_folder(Path(arguments.save))
    status = Exit.OK
    for group in groups:
        try:
            outcome = _simulated(content, group, arguments)
            if arguments.save:
                _save(content, group, outcome, Path(arguments.save))
        except VtscError:
            raise
        except (Exception, SystemExit) as error:  # a model may do anything
            named = model_error(content, error)
            raise (named if isinstance(named, VtscError) else error) from error
        if any(outcome.violations.values()):
            status = Exit.VIOLATED
    return status


def _simulated(content: Content, group: Group, arguments: argparse.Namespace) -> Outcome:
    """Random runs of a group; says in one line what they found."""
    texts = sorted(group.settings.texts().items())
    seed = f"{arguments.seed} {group.design} {group.host} {texts}"
    properties = {name: content.properties[name] for name in group.properties}
    machine = content.model.build(group.design, group.host, group.settings)
    outcome = simulate(machine, properties, arguments.steps, seed, content.model.typical_input)
    sizes = " x ".join(f"{n} {kind}" for kind, n in machine.sizes.items())
    found = ", ".join(f"{p} {n}" for p, n in outcome.violations.items() if n) or "none"
    told = (
        f"{group.design} {group.host}, {sizes}: {outcome.steps} steps in {outcome.runs} "
        f"{'run' if outcome.runs == 1 else 'runs'}, violations: {found}"
    )
    say(folded(told))
    return outcome


def _save(content: Content, group: Group, outcome: Outcome, folder: Path) -> None:
    """Save the run that violates each property soonest, minimised, and say where."""
    case = Case(content, group.design, group.host, group.settings)
    for name in group.properties:
        found: Witness | None = outcome.shortest.get(name)
        if found is None:
            continue
        trace, _ = trace_of(case, name, minimised(case, name, found))
        path = folder / trace.file_name(case.changed(name))
        trace.save(path)
        told = (
            f"saved {path}: {name} VIOLATED({trace.hit_at}), of a run of {len(found.calls)} steps"
        )
        say(folded(told))
