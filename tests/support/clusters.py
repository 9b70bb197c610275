"""Dask clusters of this machine: a scheduler and workers, each a process of its own, on loopback only."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}


@dataclass
class Cluster:
    """A scheduler and its workers, which run in a folder that is no checkout."""

    folder: Path
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The cluster as ``--executor`` names it."""
        address = json.loads((self.folder / "scheduler.json").read_text("utf-8"))["address"]
        return address.replace("tcp://", "dask://")

    def add(self, count: int = 1, **how: Any) -> None:
        """Start workers, one thread each."""
        for _ in range(count):
            arguments = ["--scheduler-file", "scheduler.json", "--nthreads", "1", "--no-nanny"]
            arguments += ["--local-directory", str(self.folder), "--host", "127.0.0.1"]
            arguments += ["--death-timeout", "20"]
            self.workers.append(_started(self.folder, "worker", *arguments, **how))

    def end(self) -> None:
        """End what is left of it."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()


def _started(folder: Path, what: str, *arguments: str, **how: Any) -> subprocess.Popen:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"]
    own = {**os.environ, **QUIET, "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder)}
    own |= how.pop("env", {})
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=own, stdout=log, stderr=log, **how)


@contextmanager
def cluster(folder: Path, workers: int, **how: Any) -> Iterator[Cluster]:
    """A context with a cluster of so many workers, whose files are in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", "scheduler.json"]
    arguments += ["--idle-timeout", "600s"]  # in case the test itself is ended
    made = Cluster(folder, _started(folder, "scheduler", *arguments))
    try:
        while not (folder / "scheduler.json").is_file():
            assert made.scheduler.poll() is None, (folder / "log").read_text("utf-8")
            time.sleep(0.05)
        made.add(workers, **how)
        yield made
    finally:
        made.end()


def children(process: int) -> list[int]:
    """The processes below a process that have not ended, the nearest first."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text("ascii").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if stat[0] not in "ZX":
                below.setdefault(int(stat[1]), []).append(int(entry.name))
    found, near = [], [process]
    while near:
        near = [child for parent in near for child in below.get(parent, [])]
        found += near
    return found


def ended(process: int) -> bool:
    """Whether a process has ended."""
    try:
        os.kill(process, 0)
        stat = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return stat.split()[0] in "ZX"


def killed(process: int) -> None:
    """End a process at once, as a machine that fails does."""
    os.kill(process, signal.SIGKILL)
