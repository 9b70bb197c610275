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

`python bench/bench.py --write` (`make bench`) measures all of this in one run and writes this page. The
ways to answer a question are taken in turn, and a table shows the median of its runs. All answers to a
question agree, or the command fails. Numbers of two runs cannot be compared; `python bench/bench.py
--compare REV` takes turns with another revision.
"""

WAYS = """## What stands beside vtsc

- **textbook**: for a search one plain `z3.Solver()`, asked at each depth between push and pop about the same
  unrolling, without what vtsc knows of symmetry and the order of steps. For a proof plain induction over all
  candidate lemmas at once by the same kind of solver: as long as some step breaks lemmas, these are dropped.
  It neither replays a run nor checks a proof again, as vtsc does.
- **z3, cvc5, yices, bitwuzla**: one process that reads an SMT-LIB file and solves it with default settings;
  **z3, set by vtsc** has the settings of vtsc's search. For a search the file has vtsc's formula for all
  depths at once: is the property violated in some step? For a proof there are the three questions of an
  induction with the recorded lemmas, so these need not be found.
- **>**: the process was stopped at the time limit. A way that is stopped is not run again, and in a series
  only vtsc is still asked about larger numbers. **-**: not asked. **no answer**: it gave up.
"""


def machine(results: Results) -> Iterator[str]:
    """The lines about the machine."""
    yield "## Machine"
    yield ""
    yield "The machine, the versions and the loop that tells how fast the machine was at the time."
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
            f"Of the cells of the default size {name} takes most memory: {most:.0f} MB, "
            f"the bar is {PEAK_BAR:g} MB. Of all of them it is {whole}: {greatest:.0f} MB."
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
