"""Measures everything that is asked for, figure by figure, into one `Results`."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bench import jobs, ways
from bench.caches import Cache
from bench.figures import FIGURES, GROWTH, Figure, Growth
from bench.jobs import GROUPS, JOBS, Job
from bench.measure import calibrated
from bench.results import COLD, OWN, Results
from bench.solvers import installed

Told = Callable[[str], None]

CHOICES = (*(f.name for f in FIGURES), *dict.fromkeys(g.name for g in GROWTH), *GROUPS)
"""What can be measured by itself: figures with a bar, series and jobs."""


class Suite:
    """Measures into ``results``, with its files below ``folder``."""

    def __init__(self, results: Results, folder: Path, told: Told) -> None:
        self.results = results
        self._folder = folder
        self._told = told

    def measure(self, chosen: Collection[str]) -> None:
        """Measure what is chosen, in the order of `CHOICES`."""
        for figure in FIGURES:
            if figure.name in chosen:
                self._figure(figure, ())
        for growth in GROWTH:
            if growth.name in chosen:
                self._growth(growth)
        for group in GROUPS:
            if group in chosen:
                self._jobs([job for job in JOBS if job.group == group])

    def _figure(self, figure: Figure, left_out: Collection[str]) -> set[str]:
        """Measure a figure unless it has been; returns the ways that were too slow for it."""
        results = self.results
        if figure.name not in results.runs:
            cache = Cache(self._folder / "cache")
            cache.empty()
            questions = self._folder / figure.name
            ways.export(figure, cache, questions)
            found = ways.of(figure, cache, questions, installed())
            asked = [way for way in found if way.name not in left_out]
            results.calibration.append(calibrated())
            results.runs[figure.name] = ways.in_turn(
                figure.name, asked, results.rounds, results.limit, self._told
            )
        return ways.too_slow(results.runs[figure.name])

    def _growth(self, growth: Growth) -> None:
        """Measure a series; a way beside vtsc that is too slow at one point is not asked after it."""
        slow: set[str] = set()
        for _, figure in growth.points:
            slow |= self._figure(figure, slow) - {OWN, COLD}

    def _jobs(self, group: Sequence[Job]) -> None:
        """Measure jobs that belong together."""
        folder, cache = self._folder / "jobs", Cache(self._folder / "cache")
        folder.mkdir(exist_ok=True)
        cache.empty()
        if any("{}/evidence" in job.command for job in group):
            jobs.build_evidence(folder, cache)
        self.results.calibration.append(calibrated())
        found = jobs.in_turn(group, folder, cache, self.results.rounds, self._told)
        for name, runs in found.items():
            self.results.runs[name] = {"vtsc": runs}
