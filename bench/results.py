"""What was measured: runs by figure and way, with medians and ratios, kept as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from bench.answers import Answer
from bench.measure import Run

OWN, COLD, TEXTBOOK = "vtsc", "vtsc, cold", "textbook"
"""The ways that every figure has."""
ALONE = "vtsc, search alone"
"""The way that searches have as well; all others are solvers."""


@dataclass
class Results:
    """All runs, the machine that they were made on, and how they were made."""

    machine: dict[str, str]
    """The processor, the cores and the versions, each by its name."""
    rounds: int
    """How often each way was run."""
    limit: float
    """The wall-clock seconds that a run was allowed to take."""
    calibration: list[float] = field(default_factory=list)
    """The CPU seconds of the calibration loop, each time that it ran."""
    runs: dict[str, dict[str, list[Run]]] = field(default_factory=dict)
    """The runs of each way, by the names of figure and way."""

    def of(self, figure: str, way: str) -> list[Run]:
        """The runs of one way; none where it was not asked."""
        return self.runs.get(figure, {}).get(way, [])

    def ways(self, figure: str) -> list[str]:
        """The ways that were asked about a figure."""
        return list(self.runs.get(figure, {}))

    def save(self, path: Path) -> None:
        """Write everything to a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Results":
        """Read what `save` has written."""
        source = json.loads(path.read_text(encoding="utf-8"))
        runs = {
            figure: {way: [Run(**run) for run in runs] for way, runs in ways.items()}
            for figure, ways in source.pop("runs").items()
        }
        return cls(**source, runs=runs)


def cpu(runs: Sequence[Run]) -> float:
    """The median of the CPU seconds."""
    return median(run.cpu for run in runs)


def wall(runs: Sequence[Run]) -> float:
    """The median of the wall-clock seconds."""
    return median(run.wall for run in runs)


def peak(runs: Sequence[Run]) -> float:
    """The greatest memory of any run in MB."""
    return max(run.peak for run in runs)


def stopped(runs: Sequence[Run]) -> bool:
    """Whether the time limit ended some run."""
    return any(run.stopped for run in runs)


def decided(runs: Sequence[Run]) -> bool:
    """Whether every run came to an answer."""
    return bool(runs) and all(Answer.of(run.answer).known for run in runs)


def shown(seconds: float) -> str:
    """Seconds with two decimals below 10, and one from there on."""
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"


def seconds(runs: Sequence[Run]) -> str:
    """The median of the CPU seconds as tables show it, with a mark where there is no answer."""
    if not runs:
        return "-"
    if stopped(runs):
        return f"> {shown(cpu(runs))}"
    return shown(cpu(runs)) + ("" if decided(runs) else ", no answer")


def ratio(runs: Sequence[Run], base: Sequence[Run]) -> str:
    """How many times as long as ``base`` the runs take, by medians; at least so many if one was stopped."""
    if not runs or not base or stopped(base):
        return "-"
    times = cpu(runs) / cpu(base)
    return f"{'> ' if stopped(runs) else ''}{times:.1f}"
