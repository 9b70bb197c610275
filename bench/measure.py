"""Runs a process and tells what it took: CPU seconds with its children, wall-clock seconds, and memory.

Linux lets a process start with the peak memory of the one that started it, so whatever calls this module
must stay small: it loads neither a solver nor what draws plots before everything is measured.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
"""The root of the checkout that is measured."""
LIMIT = 60.0
"""Wall-clock seconds after which a process is stopped, if nothing else is said."""
TURNS = 3_000_000
"""The turns of the calibration loop."""


@dataclass(frozen=True)
class Run:
    """What one run of a process took, and what it answered."""

    cpu: float
    """CPU seconds, user and system, of the process and its children."""
    wall: float
    peak: float
    """The greatest resident memory of any of its processes in MB."""
    status: int
    """The exit status; negative for a signal."""
    answer: str = ""
    stopped: bool = False
    """Whether it was stopped at the time limit."""


@dataclass(frozen=True)
class Output:
    """What a process wrote."""

    out: str
    errors: str


def environment(root: Path, cache: Path) -> dict[str, str]:
    """The environment of a measured process: code of ``root``, a cache of its own, compiled files kept."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(cache)}


def run(
    command: Sequence[str], cache: Path, *, root: Path = ROOT, limit: float = LIMIT
) -> tuple[Run, Output]:
    """Run a command in ``root`` to its end or to the time limit; an interrupt ends it, too."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment(root, cache),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )
        cpu, peak, stopped = _waited(process, limit)
        wall = time.perf_counter() - start
        texts = [_text(file) for file in (out, errors)]
    found = Run(
        cpu=cpu,
        wall=wall,
        peak=peak,
        status=process.returncode,
        stopped=stopped,
    )
    return found, Output(*texts)


def _waited(process: subprocess.Popen[bytes], limit: float) -> tuple[float, float, bool]:
    """The CPU seconds and the peak memory of a process, and whether it had to be stopped."""
    until_stopped: list[float] = []

    def stop() -> None:
        until_stopped.append(_cpu_of_session(process.pid))
        _end(process)

    timer = threading.Timer(limit, stop)
    timer.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        _end(process)
        process.wait()
        raise
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = max([used.ru_utime + used.ru_stime, *until_stopped])
    return cpu, used.ru_maxrss * 1024 / 1e6, bool(until_stopped)


def _cpu_of_session(session: int) -> float:
    """The CPU seconds of all processes that one has started, which count only once they are waited for."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module."""
    return [sys.executable, "-m", module, *arguments]


def calibrated() -> float:
    """The CPU seconds of a plain loop, which tell how fast the machine is at the moment."""
    start = time.process_time()
    total = 0
    for i in range(TURNS):
        total += i & 7
    return time.process_time() - start
