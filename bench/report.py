"""Writes ``docs/performance.md`` from results."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.figures import PEAK_BAR
from bench.measure import TURNS
from bench.results import Results
from bench.tables import Table, every, largest, measured, missed

PAGE = Path("docs/performance.md")

HEAD = """# Performance

`python bench/bench.py --write` (`make bench`) makes all measurements of this page and writes it. Each
question is answered in several ways, by vtsc and by others. The ways are run in turn, and the tables show the
median of the runs of each. If two ways disagree, the command fails. A *bar* is the time or memory that vtsc
may take.

The machine may be slower at one time than at another, so numbers of two measurements cannot be compared. To
compare two revisions, `make bench COMPARE=REV` runs them in turn.
"""

WAYS = """## What vtsc is compared with

- **textbook** is a textbook checker. For a search, it asks one plain `z3.Solver()` at each depth, between
  push and pop, about vtsc's unrolling, but without what vtsc knows of symmetry and of the order of steps. For
  a proof, it is plain induction by the same kind of solver: it starts from all candidate lemmas and drops
  those that some step breaks until none is broken. Unlike vtsc, it neither replays a run nor checks a proof
  again.
- **z3, cvc5, yices, bitwuzla** read an SMT-LIB file and solve it with their default settings; **z3, set by
  vtsc** has the settings of vtsc's search. For a search, the file has vtsc's formula for all depths at once:
  is the property violated in some step? For a proof, three files have the questions of an induction with the
  recorded lemmas, so lemmas need not be found.

In the tables, **>** means that a process was stopped at the time limit, **-** that it was not run, and
**no answer** that it gave up. What was stopped once is not run again. Where a number grows, a way other than
vtsc that was too slow is not run on larger numbers, unless they have a bar.
"""


def machine(results: Results) -> Iterator[str]:
    """The lines about the machine."""
    yield "## Machine"
    yield ""
    yield "These are the machine and the versions of what ran on it. The Python loop, which ran between the"
    yield "measurements, shows how fast the machine was at the time."
    yield ""
    yield "| what | value |"
    yield "|---|---|"
    for what, value in results.machine.items():
        yield f"| {what} | {value} |"
    loop = results.calibration
    if loop:
        taken = f"{median(loop):.2f} s, from {min(loop):.2f} to {max(loop):.2f}"
        yield f"| a Python loop of {TURNS // 1_000_000} million turns | {taken} |"
    yield f"| runs of each way | {results.rounds} |"
    yield f"| time limit | {results.limit:g} s of wall-clock time |"


def verdict(results: Results) -> Iterator[str]:
    """The lines that say which bars are missed."""
    late = list(missed(results))
    if late:
        yield "**These bars, in seconds, are missed:** " + "; ".join(late) + "."
    else:
        yield "No bar is missed."
    if measured(results):
        yield ""
        name, most = largest(results, default=True)
        whole, greatest = largest(results, default=False)
        yield (
            f"Of the questions of the default size, `{name}` takes most memory: {most:.0f} MB; "
            f"the bar is {PEAK_BAR:g} MB. Of all questions, `{whole}` does: {greatest:.0f} MB."
        )


def markdown(table: Table) -> Iterator[str]:
    """A table with its heading and its sentence."""
    yield f"## {table.title}"
    yield ""
    yield table.about
    yield ""
    if table.plot:
        yield f"![CPU seconds as {table.plot} grows](performance-{table.plot}.svg)"
        yield ""
    for row in (table.head, ("---",) * len(table.head), *table.rows):
        yield f"| {' | '.join(row)} |"


def page(results: Results) -> str:
    """The text of the page."""
    parts = [HEAD.rstrip("\n"), "\n".join(verdict(results)), WAYS.rstrip("\n")]
    parts.append("\n".join(machine(results)))
    parts += ["\n".join(markdown(table)) for table in every(results)]
    return "\n\n".join(parts) + "\n"


def write(results: Results, root: Path) -> list[Path]:
    """Write the page and its plots below ``root``; returns what was written."""
    from bench.plots import draw

    path = root / PAGE
    path.write_text(page(results), encoding="utf-8")
    return [path, *draw(results, path.parent)]
