"""Measures what a gate costs on Dask clusters of this machine, beside the same gate without one.

    python bench/cluster.py                          prints a table of processor seconds
    python bench/cluster.py --write                  also writes it to docs/cluster.md
    python bench/cluster.py --workers 2 --readers 4  measures other clusters, or more cells

The job is the small domain of examples/seqcount, with one reader and more. Each way to do it is measured in
turn, in each round. Processor time counts, and not the clock, so other programs disturb little.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/cluster.md"
BEGIN, END = "<!-- figures of bench/cluster.py -->\n", "<!-- end of the figures -->\n"
TICKS = os.sysconf("SC_CLK_TCK")
EXPECTED = {
    "barriers": ("holds", "holds"),
    "no-barriers": ("holds", 5),
    "no-odd": (5, 5),
    "only-equal": (6, 6),
}
"""The verdict of each design on the hosts ``sc`` and ``weak``."""
QUIET = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "60s",
}
"""What docs/cluster.md says of Dask's own settings: processes that wait cost less."""


@dataclass(frozen=True)
class Cost:
    """What one gate cost, in processor seconds: of the command itself, and of the cluster."""

    command: float
    cluster: float
    clock: float

    @property
    def whole(self) -> float:
        """All of it."""
        return self.command + self.cluster


def manifest(readers: int) -> str:
    """The cells: each design on each host, for one reader and more."""
    checks = []
    for count in range(1, readers + 1):
        for design, verdicts in EXPECTED.items():
            for host, verdict in zip(("sc", "weak"), verdicts, strict=True):
                expect = f'"{verdict}"' if isinstance(verdict, str) else verdict
                more = f"set.readers = {count}\nexpect = {expect}\n" if count > 1 else ""
                cell = f'design = "{design}"\nhost = "{host}"\nproperty = "never_torn"\n'
                checks.append(f"[[check]]\n{cell}{more}")
    return "\n".join(checks)


def gate(folder: Path, *how: str, processes: Callable[[], float] = lambda: 0.0) -> Cost:
    """The cost of a gate with a new cache; ``processes`` gives the seconds of a cluster so far."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [sys.executable, "-m", "vtsc", "gate", "../checks.toml", "--save", "report"]
        command += ["--root", str(ROOT / "examples" / "seqcount"), *how]
        own = {**os.environ, "XDG_CACHE_HOME": scratch}
        before, started = processes(), time.monotonic()
        begun = subprocess.Popen(command, cwd=scratch, env=own, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(begun.pid, 0)
        begun.returncode = os.waitstatus_to_exitcode(status)
        if begun.returncode:
            raise SystemExit(f"vtsc gate {' '.join(how)}: exit status {begun.returncode}")
        clock = time.monotonic() - started
        return Cost(used.ru_utime + used.ru_stime, processes() - before, clock)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, Callable[[], float]]]:
    """A context with a cluster: its name, and a function that gives the processor seconds it has spent."""
    address = folder / "address"
    address.unlink(missing_ok=True)
    shared = ["--scheduler-file", str(address), "--host", "127.0.0.1", "--no-dashboard"]
    own = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    begun = [_dask("scheduler", folder, [*shared, "--port", "0"])]
    try:
        while not address.is_file():
            time.sleep(0.1)
        begun += [_dask("worker", folder, [*shared, *own]) for _ in range(workers)]
        yield _joined(address, workers), lambda: sum(_seconds(p.pid) for p in begun)
    finally:
        for process in begun:
            process.kill()
            process.wait()


def _dask(what: str, folder: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
    own = {**os.environ, **QUIET, "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=own, stdout=log, stderr=log)


def _joined(address: Path, workers: int) -> str:
    """The cluster's name, once all workers have joined it."""
    import distributed

    connect: Callable[..., distributed.Client] = distributed.Client
    with connect(scheduler_file=str(address), set_as_default=False) as client:
        client.wait_for_workers(workers)
        return str(client.scheduler.address).replace("tcp://", "dask://")


def _seconds(process: int) -> float:
    """The processor seconds of a process and of all below it, also of those that have ended."""
    below: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").glob("[1-9]*"):
        try:
            fields = (entry / "stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(fields[1]), []).append(int(entry.name))
        spent[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    found, near = 0.0, [process]
    while near:
        found += sum(spent.get(each, 0.0) for each in near)
        near = [child for each in near for child in below.get(each, [])]
    return found


def measured(folder: Path, workers: Sequence[int], rounds: int) -> dict[str, list[Cost]]:
    """The costs of each way, in each round; a cluster works twice, since it keeps what it has loaded.

    No way finds anything in a cache, which would spare it work.
    """
    found: dict[str, list[Cost]] = {}

    def note(name: str, cost: Cost) -> None:
        found.setdefault(name, []).append(cost)
        print(f"{name}: {cost.whole:.1f} s, clock {cost.clock:.0f} s", file=sys.stderr, flush=True)

    for _ in range(rounds):
        for jobs in (1, 2):
            note(f"`-j{jobs}`", gate(folder, f"-j{jobs}"))
        for count in workers:
            with cluster(folder, count) as (name, processes):
                for which in ("first gate", "next gate"):
                    shutil.rmtree(folder / "cache", ignore_errors=True)  # of the workers
                    cost = gate(folder, "--executor", name, processes=processes)
                    note(f"{count} worker{'s'[: count > 1]}, {which}", cost)
    return found


def table(found: dict[str, list[Cost]], cells: int) -> str:
    """The medians of each way."""
    usual = median(cost.whole for cost in found["`-j2`"])
    lines = ["| | processor s | per cell | of these in the command | beside `-j2` |"]
    lines.append("|---|---|---|---|---|")
    for name, costs in found.items():
        whole, command = median(c.whole for c in costs), median(c.command for c in costs)
        more = f"{whole / usual - 1:+.0%}"
        lines.append(f"| {name} | {whole:.1f} | {whole / cells:.2f} | {command:.1f} | {more} |")
    rounds = len(found["`-j2`"])
    head = f"{cells} cells, the median of {rounds} round{'s'[: rounds > 1]}:\n\n"
    return head + "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and print or write the table."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--readers", type=int, default=3, help="8 cells for each; default 3")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"write the table to {PAGE.name}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "checks.toml").write_text(manifest(arguments.readers), encoding="utf-8")
        found = measured(Path(scratch), arguments.workers, arguments.rounds)
    shown = table(found, 8 * arguments.readers)
    print(shown, end="")
    if arguments.write:
        head, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, end, tail = rest.partition(END)
        PAGE.write_text(f"{head}{begin}\n{shown}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
