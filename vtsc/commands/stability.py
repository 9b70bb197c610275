"""``vtsc gate --stability N``: decide every cell with several seeds of the solver, and compare."""

import argparse
from collections.abc import Sequence

from vtsc.base.errors import Exit, UsageError, worst
from vtsc.commands.budgets import budget_of
from vtsc.commands.manifests import asked, cost
from vtsc.content.content import Content
from vtsc.content.manifest import Manifest
from vtsc.deciding.costs import Costs
from vtsc.deciding.plan import effort
from vtsc.deciding.schedule import Schedule
from vtsc.deciding.verdict import Result, Status, status_of
from vtsc.report.outputs import deliver, one_of, outputs
from vtsc.report.progress import shown
from vtsc.report.text.stability import told

MOST = 100
"""The greatest number of seeds."""


def stability(content: Content, manifest: Manifest, arguments: argparse.Namespace) -> Exit:
    """Report the verdicts with each seed; nothing that is remembered is used, and nothing kept.

    The exit status is that of the worst verdict, or of a verdict that depends on the seed.
    """
    seeds = _seeds(arguments.stability)
    asked_for = outputs(arguments, one_of(("text",)))
    budget = budget_of(arguments, manifest.budget)
    expected = {check.cell: check.expected for check in manifest.checks}
    runs: list[dict[object, Result]] = []
    for seed in range(seeds):
        schedule = Schedule(
            asked(content, manifest),
            effort(prove=True, bounded=False),
            arguments.jobs,
            cost=cost(Costs(), manifest),
            budget=budget,
            seed=seed,
            forgetful=True,
        )
        results = [r for of_case in schedule.results(shown) for r in of_case]
        runs.append({r.cell: r for r in results})
    found = {cell: [run[cell] for run in runs] for cell in expected}
    deliver(asked_for, lambda _: told(content, manifest.file, seeds, found))
    statuses = [
        status_of(r, expected=expected[cell], bounded=False)
        for cell, results in found.items()
        for r in results
    ]
    return worst([*statuses, *map(_spread, found.values())])


def _spread(results: Sequence[Result]) -> Exit:
    """The status of a cell's verdicts: seeds may not contradict each other, nor decide differently."""
    decided = {r.text for r in results if r.status in (Status.PROVED, Status.VIOLATED)}
    if len(decided) > 1:
        return Exit.EVIDENCE
    return Exit.OK if len({r.text for r in results}) == 1 else Exit.UNKNOWN


def _seeds(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 2 <= number <= MOST:
        raise UsageError(f"--stability {text}: accepted is a whole number from 2 to {MOST}")
    return number
