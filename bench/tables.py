"""Makes tables from results, for the terminal and for the document alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.figures import FIGURES, GROWTH, PEAK_BAR, Figure, Growth
from bench.jobs import JOBS, Job
from bench.results import (
    ALONE,
    COLD,
    OWN,
    TEXTBOOK,
    Results,
    cpu,
    decided,
    peak,
    ratio,
    seconds,
    shown,
    stopped,
    wall,
)
from bench.solvers import INTEGERS, SOLVERS, VECTORS


@dataclass(frozen=True)
class Table:
    """A heading, a sentence that introduces the table, and its rows."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    plot: str = ""
    """The number that grows in the plot that goes with the table, if there is one."""


def measured(results: Results) -> list[Figure]:
    """The figures with a bar that were measured."""
    return [figure for figure in FIGURES if results.of(figure.name, OWN)]


MET, MISSED, CUT = "met", "**missed**", "stopped before the bar"


def outcome(results: Results, figure: Figure) -> str:
    """Whether vtsc decides a figure within its bar, as far as the time limit lets it be seen."""
    runs = results.of(figure.name, OWN)
    in_time = figure.bar is None or cpu(runs) <= figure.bar
    if stopped(runs) and in_time:
        return CUT
    return MET if decided(runs) and in_time else MISSED


def job_seconds(results: Results, job: Job) -> float:
    """The seconds of a job that its bar is on."""
    runs = results.of(job.name, OWN)
    return wall(runs) if job.wall else cpu(runs)


def largest(results: Results, *, default: bool) -> tuple[str, float]:
    """The figure that takes most memory, and how many MB; of those of the default size or of all."""
    figures = [f for f in measured(results) if f.default_size or not default]
    found = [(peak(results.of(f.name, way)), f.name) for f in figures for way in (COLD, OWN)]
    most, name = max(found, default=(0.0, ""))
    return name, most


def missed(results: Results) -> Iterator[str]:
    """What does not meet its bar, with both."""
    for figure in measured(results):
        if outcome(results, figure) == MISSED:
            taken = seconds(results.of(figure.name, OWN))
            yield f"{figure.name} ({taken}, bar {figure.bar:g})"
    for job in JOBS:
        if results.of(job.name, OWN) and job.bar is not None:
            late = job_seconds(results, job)
            if late > job.bar:
                yield f"{job.name} ({shown(late)}, bar {job.bar:g})"
    name, most = largest(results, default=True)
    if most > PEAK_BAR:
        yield f"peak memory ({name}: {most:.0f} MB, bar {PEAK_BAR:g} MB)"


def questions(results: Results) -> Table:
    """The names of the figures, and what they ask."""
    rows = [(figure.name, figure.command) for figure in measured(results)]
    about = "These questions are measured; the tables below call them by their names."
    return Table("Questions", about, ("name", "question"), rows)


def bars(results: Results) -> Table:
    """The figures beside their bars."""
    rows = []
    for figure in measured(results):
        runs, empty = (results.of(figure.name, way) for way in (OWN, COLD))
        memory = f"{max(peak(runs), peak(empty)):.0f}"
        answer = "stopped" if stopped(runs) else runs[0].answer
        timing = (f"{figure.bar:g}", seconds(runs), outcome(results, figure), seconds(empty))
        rows.append((figure.name, answer, *timing, memory))
    head = ("question", "answer", "bar", "vtsc", "outcome", "vtsc, cold", "peak MB")
    about = (
        "The bar is the CPU seconds that vtsc may take if its cache remembers the comparison of rules "
        "with functions and nothing else. In the column for vtsc, cold, the cache is empty at first."
    )
    return Table("Bars", about, head, rows)


def _beside(results: Results, figure: Figure, way: str) -> str:
    """The seconds of a way, with their ratio to vtsc's."""
    runs, base = results.of(figure.name, way), results.of(figure.name, OWN)
    times = ratio(runs, base)
    return seconds(runs) if times == "-" else f"{seconds(runs)} ({times})"


def textbook(results: Results) -> Table:
    """The figures beside the textbook way."""
    rows = []
    for f in measured(results):
        runs, base, alone = (results.of(f.name, way) for way in (TEXTBOOK, OWN, ALONE))
        alone = base if f.alone else alone
        timing = tuple(map(seconds, (base, alone, runs)))
        rows.append((f.name, *timing, ratio(runs, base), ratio(runs, alone)))
    about = (
        "The table has CPU seconds of whole processes. The search alone is vtsc's search without "
        "lemmas, replay and the plain solver that confirms it; the textbook way has none of them "
        "either. The ratios say how many times as long as vtsc and as its search alone it takes."
    )
    head = ("question", "vtsc", "search alone", "textbook", "ratio", "ratio to search alone")
    return Table("The textbook way", about, head, rows)


def _of_solvers(
    results: Results, title: str, about: str, arithmetic: str, figures: Sequence[Figure]
) -> Table:
    names = [s.name for s in SOLVERS if s.arithmetic == arithmetic]
    asked = [n for n in names if any(n in results.ways(f.name) for f in figures)]
    rows = [
        (f.name, seconds(results.of(f.name, OWN)), *(_beside(results, f, n) for n in asked))
        for f in figures
    ]
    return Table(title, about, ("question", "vtsc", *(f"{n} (ratio)" for n in asked)), rows)


def over_integers(results: Results) -> Table:
    """The solvers on the same question over the integers."""
    about = (
        "A process reads the exported question and solves it. The table has its CPU seconds, and in "
        "brackets how many times as long as vtsc it takes. Vtsc also makes the question and checks "
        "the answer."
    )
    return _of_solvers(results, "The same question", about, INTEGERS, measured(results))


def over_vectors(results: Results) -> Table:
    """The solvers on the same question over vectors of 64 bits."""
    about = (
        "The same is measured for the question over vectors of 64 bits, since bitwuzla takes no "
        "integers. Proofs have no such question."
    )
    searches = [f for f in measured(results) if f.depth is not None]
    return _of_solvers(results, "The same question in 64 bits", about, VECTORS, searches)


def growth(results: Results, series: Growth) -> Table:
    """The seconds of every way along a series."""
    figures = [figure for _, figure in series.points]
    order = [OWN, ALONE, TEXTBOOK, *(solver.name for solver in SOLVERS)]
    asked = [way for way in order if any(results.of(f.name, way) for f in figures)]
    rows = [
        (str(n), *(seconds(results.of(figure.name, way)) for way in asked))
        for n, figure in series.points
    ]
    about = f"The table shows how CPU seconds grow with {series.name} ({series.title})."
    title = f"Growth with {series.name}, {series.kind}"
    first = next(each for each in GROWTH if each.name == series.name)
    plot = series.name if series is first else ""
    return Table(title, about, (series.name, *asked), rows, plot)


def jobs(results: Results) -> Table:
    """The main job, the certificates, and starting up."""
    rows = []
    for job in (job for job in JOBS if results.of(job.name, OWN)):
        runs = results.of(job.name, OWN)
        bar = "" if job.bar is None else f"{job.bar:g} {'wall' if job.wall else 'CPU'}"
        late = job.bar is not None and job_seconds(results, job) > job.bar
        fine = MISSED if late else MET if bar else ""
        kept = {"empty": "empty", "validation": "validation", "all": "filled"}[job.cache]
        rows.append((job.told, kept, shown(wall(runs)), shown(cpu(runs)), bar, fine))
    about = (
        "These commands use all cores. The table has wall-clock seconds, and CPU seconds of all "
        "processes. The cache is empty at first, has the comparison of rules with functions "
        "(validation), or is filled by the runs before."
    )
    return Table(
        "Whole commands", about, ("command", "cache", "wall", "CPU", "bar", "outcome"), rows
    )


def every(results: Results) -> Iterator[Table]:
    """All tables that have rows."""
    if measured(results):
        yield from (make(results) for make in (questions, bars, textbook))
        yield from (make(results) for make in (over_integers, over_vectors))
    for series in GROWTH:
        if all(results.of(figure.name, OWN) for _, figure in series.points):
            yield growth(results, series)
    if any(results.of(job.name, OWN) for job in JOBS):
        yield jobs(results)
