"""The commands that are measured besides single cells: the main job, all certificates, and starting up."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.answers import Failed, last_line
from bench.caches import Cache
from bench.measure import Run, python, run

LIMIT = 1800.0
"""Seconds after which a job is stopped, which then counts as failed."""
TRACE = "counterexamples/patch25.cstate.monotonic.json"
WITHOUT_CVC5 = "import sys; sys.modules['cvc5'] = None\nfrom vtsc.cli import main\nsys.exit(main())"
"""A program that is vtsc where cvc5 is not installed."""


@dataclass(frozen=True)
class Job:
    """A command with a bar on its wall-clock or CPU seconds."""

    name: str
    group: str
    """The name by which ``--only`` asks for it and those that belong to it."""
    command: tuple[str, ...]
    """What runs; ``{}`` stands for a folder of the bench."""
    told: str
    """The command as a reader would run it."""
    cache: str
    """What the cache has at first: nothing (``empty``), ``validation`` only, or ``all`` of earlier runs."""
    bar: float | None = None
    """The seconds that it may take."""
    wall: bool = False
    """Whether the bar is on wall-clock seconds."""
    fine: tuple[int, ...] = (0,)
    """The exit statuses of success."""


def _certify(name: str, told: str, cache: str, bar: float | None = None, cvc5: bool = False) -> Job:
    command = python("vtsc") if cvc5 else [sys.executable, "-c", WITHOUT_CVC5]
    return Job(name, "certify", (*command, "certify", "{}/evidence"), told, cache, bar)


_GATE = (*python("vtsc"), "gate", "--save", "{}/report")
_ALL = "`vtsc certify` of all that `make evidence` builds"

JOBS = (
    Job("gate, cold", "gate", _GATE, "`vtsc gate`", "empty", bar=25, wall=True),
    Job("gate, warm", "gate", _GATE, "`vtsc gate` again", "all"),
    _certify("certify, cold", f"{_ALL}, by z3", "empty"),
    _certify("certify", f"{_ALL}, by z3", "validation", bar=8),
    _certify("certify, cvc5", f"{_ALL}, by z3 and cvc5", "validation", cvc5=True),
    Job("help", "start", (*python("vtsc"), "--help"), "`vtsc --help`", "all"),
    Job("list", "start", (*python("vtsc"), "list"), "`vtsc list`", "all"),
    Job("replay", "start", (*python("vtsc"), "replay", TRACE), "`vtsc replay`", "all", fine=(10,)),
)
GROUPS = tuple(dict.fromkeys(job.group for job in JOBS))


def build_evidence(folder: Path, cache: Cache) -> None:
    """Build the evidence of the main job below a folder; it is not measured."""
    found, output = run(
        python("bench.evidence", str(folder / "evidence")), cache.folder, limit=LIMIT
    )
    if found.status or found.stopped:
        raise Failed(f"evidence: {last_line(output.errors) or last_line(output.out)}")


def once(job: Job, folder: Path, cache: Cache) -> Run:
    """Run a job; raises `Failed` where it fails."""
    prepare = {"empty": cache.empty, "validation": cache.forget}.get(job.cache)
    if prepare is not None:
        prepare()
    command = [part.replace("{}", str(folder)) for part in job.command]
    found, output = run(command, cache.folder, limit=LIMIT)
    if found.stopped or found.status not in job.fine:
        said = last_line(output.errors) or last_line(output.out)
        raise Failed(f"{job.told}: exit status {found.status}: {said}")
    return found


def in_turn(
    jobs: Sequence[Job], folder: Path, cache: Cache, rounds: int, told: Callable[[str], None]
) -> dict[str, list[Run]]:
    """The runs of each job, taken in turn; those that need a filled cache follow one that fills it."""
    found: dict[str, list[Run]] = {job.name: [] for job in jobs}
    for _ in range(rounds):
        for job in jobs:
            found[job.name].append(once(job, folder, cache))
            latest = found[job.name][-1]
            told(f"{job.name}: {latest.wall:.2f} s, {latest.cpu:.2f} s CPU")
    return found
