"""Compares the speed of vtsc with that of a textbook checker and of other solvers, or of another revision.

    python bench/bench.py                  measures everything and prints tables
    python bench/bench.py --write          also writes docs/performance.md, with plots
    python bench/bench.py --compare REV    measures single cells, in turn with another revision

Nothing else should run on the machine meanwhile.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where `bench` is a package

from bench.answers import Disagreement, Failed
from bench.figures import FIGURES
from bench.machine import described
from bench.measure import LIMIT, ROOT
from bench.results import Results
from bench.suite import CHOICES, Suite

KEPT = ROOT / "build" / "bench.json"
"""Where the results of the last run are kept."""


def told(line: str) -> None:
    """Print a line about the progress of the measurement."""
    print(line, file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    raw = argparse.RawDescriptionHelpFormatter
    found = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    found.add_argument(
        "--only",
        action="append",
        choices=CHOICES,
        metavar="NAME",
        help=f"measure this only; one of {', '.join(CHOICES)}",
    )
    found.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="runs of each way; default 3"
    )
    found.add_argument(
        "--limit",
        type=float,
        default=LIMIT,
        metavar="S",
        help="wall-clock seconds that a run may take; default 60",
    )
    found.add_argument(
        "--compare", metavar="REV", help="measure single cells, in turn with revision REV"
    )
    found.add_argument("--write", action="store_true", help="write docs/performance.md, with plots")
    found.add_argument(
        "--again", action="store_true", help=f"measure nothing, show {KEPT.relative_to(ROOT)}"
    )
    return found


def measured(given: argparse.Namespace) -> Results:
    """The results of a run, or with ``--again`` those of the last one.

    What was measured is kept even where a later command fails.
    """
    if given.again:
        return Results.load(KEPT)
    results = Results(described(), given.rounds, given.limit)
    with tempfile.TemporaryDirectory(prefix="vtsc-bench.") as scratch:
        try:
            Suite(results, Path(scratch), told).measure(given.only or CHOICES)
        finally:
            results.save(KEPT)
    return results


def run(given: argparse.Namespace) -> None:
    """Measure, and show or write what was found."""
    from bench.screen import print_table, show

    if given.compare:
        from bench.revisions import against

        figures = [f for f in FIGURES if not given.only or f.name in given.only]
        print_table(against(given.compare, figures, given.rounds, given.limit, told))
        return
    results = measured(given)
    show(results)
    if given.write:
        from bench.report import write

        for path in write(results, ROOT):
            print(f"{path.relative_to(ROOT)}: written")


def _terminated(*_: object) -> None:
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0, 1 where answers disagree or a command fails, or 130 after an interrupt."""
    given = parser().parse_args(argv)
    if given.rounds < 1:
        parser().error("--rounds: at least 1")
    if given.write and (given.only or given.compare):
        parser().error("--write: the page needs all results, so leave out --only and --compare")
    if given.write and find_spec("matplotlib") is None:
        parser().error('--write draws plots with matplotlib: pip install -e ".[bench]"')
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        run(given)
    except (Disagreement, Failed) as error:
        told(f"bench: {error}")
        return 1
    except KeyboardInterrupt:
        told("bench: interrupted")
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
