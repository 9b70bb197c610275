"""The ways to answer a figure: vtsc's command, the textbook way, and each solver on the same question."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.answers import Answer, Failed, compare, last_line, verdict
from bench.caches import Cache
from bench.figures import Figure
from bench.measure import ROOT, Output, Run, python, run
from bench.results import ALONE, COLD, OWN, TEXTBOOK
from bench.solvers import Solver

FINE = (0, 10, 11, 12, 20)
"""The exit statuses that stand for a verdict."""
PROGRAM = ROOT / "bench" / "alone.py"


@dataclass(frozen=True)
class Way:
    """A command that answers a figure, and what is done with the cache before it runs."""

    name: str
    command: Sequence[str]
    cache: Cache
    prepare: Callable[[], None]
    read: Callable[[str], str] = last_line
    """Finds the answer in what the command prints."""
    root: Path = ROOT

    def run(self, limit: float) -> Run:
        """Run once; raises `Failed` where the command fails."""
        self.prepare()
        found, output = run(self.command, self.cache.folder, root=self.root, limit=limit)
        if not found.stopped and found.status not in FINE:
            raise Failed(f"{self.name}: exit status {found.status}: {_last_words(output)}")
        answer = "" if found.stopped else self.read(output.out)
        return Run(**{**vars(found), "answer": answer})


def _last_words(output: Output) -> str:
    return last_line(output.errors) or last_line(output.out) or "no message"


def own(figure: Figure, cache: Cache, *, name: str = OWN, root: Path = ROOT) -> Way:
    """The command of vtsc, or the search by itself, where validation is remembered."""
    if figure.alone:
        return Way(name, _alone(figure), cache, cache.forget, root=root)
    return Way(name, python("vtsc", *figure.arguments), cache, cache.forget, verdict, root)


def _alone(figure: Figure) -> list[str]:
    """The command that searches by itself; it runs with the checker of any revision."""
    cell = [figure.design, figure.host, figure.prop, str(figure.depth), *figure.given]
    return [sys.executable, "-P", str(PROGRAM), *cell]


def cold(figure: Figure, cache: Cache) -> Way:
    """The same with an empty cache."""
    way = own(figure, cache)
    return Way(COLD, way.command, cache, cache.empty, way.read)


def _nothing() -> None:
    return


def textbook(figure: Figure, cache: Cache) -> Way:
    """The textbook way."""
    return Way(TEXTBOOK, python("bench.textbook", figure.name), cache, _nothing)


def of(figure: Figure, cache: Cache, questions: Path, solvers: Sequence[Solver]) -> list[Way]:
    """All ways of a figure; the one with an empty cache comes first, and fills it."""
    found = [cold(figure, cache), own(figure, cache)]
    if figure.depth is not None and not figure.alone:
        found.append(Way(ALONE, _alone(figure), cache, _nothing))
    found.append(textbook(figure, cache))
    asked = [solver for solver in solvers if solver.files(questions)]
    return found + [Way(x.name, x.command(questions), cache, _nothing) for x in asked]


def export(figure: Figure, cache: Cache, folder: Path) -> None:
    """Write the questions of a figure; raises `Failed` where that fails."""
    way = Way("the export", python("bench.queries", figure.name, str(folder)), cache, _nothing)
    way.run(limit=600)


def in_turn(
    figure: str, ways: Sequence[Way], rounds: int, limit: float, told: Callable[[str], None]
) -> dict[str, list[Run]]:
    """The runs of each way, taken in turn; a way that was stopped once is not run again.

    Raises `Disagreement` where two of them cannot both be right.
    """
    found: dict[str, list[Run]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            earlier = found[way.name]
            if not (earlier and earlier[-1].stopped):
                earlier.append(way.run(limit))
                told(f"{figure}: {way.name}: {_shown(earlier[-1])}")
                compare(figure, found)
    return found


def _shown(run: Run) -> str:
    said = "stopped" if run.stopped else run.answer or f"status {run.status}"
    return f"{run.cpu:.2f} s, {said}"


def too_slow(found: Mapping[str, Sequence[Run]]) -> set[str]:
    """The ways that did not come to an answer in time."""
    given_up = (w for w, runs in found.items() if any(r.stopped for r in runs))
    return {way for way in given_up if not any(Answer.of(r.answer).known for r in found[way])}
