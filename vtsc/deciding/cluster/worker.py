"""What a Dask worker runs: it hands each piece of work to a nursery, and waits for the result.

A nursery is kept for the next piece of work with the same content. It ends with the worker, however that
ends, since the pipe between them closes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

import vtsc
from vtsc.base.parallel import Lost
from vtsc.deciding.cluster.sent import READY, SOCKET, Sent
from vtsc.deciding.cluster.versions import Versions, versions

MOST = 3
"""The nurseries that a worker keeps, unless more are at work."""
LOOK = 0.25
"""Seconds after which it is looked again whether a result is still wanted."""


@dataclass(frozen=True)
class Unfit:
    """A worker that cannot do any of the work."""

    worker: str
    why: str


class _Nursery:
    """A nursery, as its Dask worker sees it."""

    def __init__(self, parcel: Sent) -> None:
        self.users = 0
        self.folder = Path(tempfile.mkdtemp(prefix="vtsc-"))
        command = [sys.executable, "-P", "-m", "vtsc.deciding.cluster.nursery", str(self.folder)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self.folder,
            env=_environment(),
            start_new_session=True,
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(parcel.data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        self.is_ready = self.process.stdout.read(len(READY)) == READY

    @property
    def lives(self) -> bool:
        """Whether it can be given work."""
        return self.is_ready and self.process.poll() is None

    def close(self) -> None:
        """End it, with its children."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def result(self, data: bytes, is_wanted: Callable[[], bool]) -> Any:
        """The result of a piece of work, which is ended once it is not wanted any more."""
        try:
            with Client(str(self.folder / SOCKET), family="AF_UNIX") as connection:
                connection.send_bytes(data)
                while not connection.poll(LOOK):
                    if not is_wanted():
                        return Lost("it is not wanted any more")
                return connection.recv()
        except (EOFError, OSError):
            return Lost("the process that its own process was forked from ended")


_nurseries: dict[str, _Nursery] = {}
_lock = threading.Lock()


def _environment() -> dict[str, str]:
    """The environment of a nursery, which finds this very checker."""
    known = os.environ.get("PYTHONPATH")
    own = str(Path(vtsc.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": f"{own}{os.pathsep}{known}" if known else own}


@contextmanager
def _nursery(parcel: Sent) -> Iterator[_Nursery]:
    """A context with the nursery of a parcel."""
    with _lock:
        _make_room()
        found = _nurseries.pop(parcel.key, None)
        if found is not None and not found.lives:
            shutil.rmtree(found.folder, ignore_errors=True)
            found = None
        found = found or _Nursery(parcel)
        if found.is_ready:
            _nurseries[parcel.key] = found  # the last one that was used comes last
        found.users += 1
    try:
        yield found
    finally:
        with _lock:
            found.users -= 1


def _make_room() -> None:
    """Close nurseries that have not been used for the longest time; to be called under the lock."""
    idle = [key for key, nursery in _nurseries.items() if not nursery.users]
    for key in idle[: max(0, len(_nurseries) - MOST)]:
        _nurseries.pop(key).close()


def versions_there() -> Versions:
    """The versions of the worker's machine."""
    return versions()


def run(parcel: Sent, data: bytes, wanted: Versions) -> Any:
    """The result of a piece of work: bytes, a `Lost`, an exception, or `Unfit` where none can be had here."""
    from distributed import get_worker

    worker: Any = get_worker()
    differing = wanted.differences(versions())
    if differing:
        return Unfit(worker.address, differing)
    key = worker.get_current_task()

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    with _nursery(parcel) as nursery:
        if not nursery.is_ready:
            return Unfit(worker.address, "the content cannot be loaded there; its log says why")
        return nursery.result(data, is_wanted)


def kept(parcel: Sent) -> Sent:
    """The parcel, as a piece of data of the cluster."""
    return parcel
