"""Measures another revision and this checkout, in turn, on the figures that are single cells.

This checkout is measured twice in each round: what differs between its own two columns is noise.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.answers import Failed, compare
from bench.caches import Cache
from bench.figures import Figure
from bench.measure import ROOT, Run
from bench.results import ratio, seconds
from bench.tables import Table
from bench.ways import own

HERE, AGAIN = "here", "here again"


@dataclass(frozen=True)
class Side:
    """A checkout that is measured, with a cache of its own."""

    name: str
    root: Path
    cache: Cache


@contextmanager
def worktree(revision: str) -> Iterator[Path]:
    """A checkout of a revision in a temporary folder, which is removed in any case."""
    with tempfile.TemporaryDirectory(prefix="vtsc-bench.") as scratch:
        folder = Path(scratch, "tree")
        try:
            _git("worktree", "add", "--detach", str(folder), revision)
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder), check=False)


def _git(*arguments: str, check: bool = True) -> None:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise Failed(f"git {' '.join(arguments[:2])}: {done.stderr.strip()}")


def measured(
    figure: Figure, sides: Sequence[Side], rounds: int, limit: float, told: Callable[[str], None]
) -> dict[str, list[Run]]:
    """The runs of each side, taken in turn; none for a side that cannot run the figure.

    Each side runs once before, unmeasured, so that its validation is remembered; one that is stopped at the
    time limit is not run again. Raises `Disagreement`.
    """
    found: dict[str, list[Run]] = {side.name: [] for side in sides}
    ways = [own(figure, side.cache, name=side.name, root=side.root) for side in sides]
    for n in range(rounds + 1):
        for way in list(ways):
            try:
                run = way.run(limit)
            except Failed as error:
                told(f"{figure.name}: {error}")
                ways.remove(way)
                continue
            if run.stopped:
                ways.remove(way)
            if n or run.stopped:
                found[way.name].append(run)
                told(f"{figure.name}: {way.name}: {run.cpu:.2f} s, {run.answer or 'stopped'}")
        compare(figure.name, found)
    return found


def table(revision: str, found: dict[str, dict[str, list[Run]]]) -> Table:
    """The medians of each side with the ratio of the two, and of this checkout to itself."""
    rows = []
    for figure, sides in found.items():
        there, here, again = (sides[name] for name in (revision, HERE, AGAIN))
        control = ratio(again, here)
        rows.append((figure, seconds(there), seconds(here), ratio(there, here), control))
    head = ("question", revision, HERE, f"{revision} / {HERE}", f"{AGAIN} / {HERE}")
    about = (
        "The table has medians of CPU seconds. The last column compares this checkout with itself."
    )
    return Table(f"{revision} beside this checkout", about, head, rows)


def against(
    revision: str,
    figures: Sequence[Figure],
    rounds: int,
    limit: float,
    told: Callable[[str], None],
) -> Table:
    """The table of a comparison with a revision."""
    with worktree(revision) as tree, tempfile.TemporaryDirectory(prefix="vtsc-bench.") as scratch:
        roots = {revision: tree, HERE: ROOT, AGAIN: ROOT}
        sides = [
            Side(name, root, Cache(Path(scratch, f"cache{n}")))
            for n, (name, root) in enumerate(roots.items())
        ]
        for side in sides:
            side.cache.empty()
        found = {f.name: measured(f, sides, rounds, limit, told) for f in figures}
    return table(revision, found)
