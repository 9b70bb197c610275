"""``vtsc simulate``: random legal runs, seeded, with every property evaluated on them."""

import argparse

from vtsc.base.errors import Exit, UsageError, VtscError
from vtsc.commands.options import add_cells, add_design
from vtsc.commands.selection import selected
from vtsc.content.content import model_error
from vtsc.content.loader import load
from vtsc.native.random_runs import simulate
from vtsc.report.screen import say
from vtsc.report.text.wrapping import folded


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the cells, the number of steps and the seed to a parser."""
    add_cells(parser)
    add_design(parser)
    parser.add_argument("--steps", type=int, default=10_000, metavar="N", help="default 10000")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default 1")


def run(arguments: argparse.Namespace) -> Exit:
    """Return 10 when some run violated a property, else 0."""
    if arguments.steps < 1:
        raise UsageError(f"--steps {arguments.steps}: at least 1")
    content = load(arguments.root, arguments.design)
    status = Exit.OK
    for group in selected(content, arguments):
        seed = (
            f"{arguments.seed} {group.design} {group.host} {sorted(group.settings.texts().items())}"
        )
        properties = {name: content.properties[name] for name in group.properties}
        try:
            machine = content.model.build(group.design, group.host, group.settings)
            typical = content.model.typical_input
            outcome = simulate(machine, properties, arguments.steps, seed, typical)
        except VtscError:
            raise
        except (Exception, SystemExit) as error:  # a model may do anything
            named = model_error(content, error)
            raise (named if isinstance(named, VtscError) else error) from error
        sizes = " x ".join(f"{n} {kind}" for kind, n in machine.sizes.items())
        found = ", ".join(f"{p} {n}" for p, n in outcome.violations.items() if n) or "none"
        told = (
            f"{group.design} {group.host}, {sizes}: {outcome.steps} steps in {outcome.runs} "
            f"{'run' if outcome.runs == 1 else 'runs'}, violations: {found}"
        )
        say(folded(told))
        if any(outcome.violations.values()):
            status = Exit.VIOLATED
    return status
