"""The executor that gives work to an existing Dask cluster, which holds as much of it as it can work on.

Dask moves the work and does again what a worker had that died. It knows nothing of what is done: a piece of
work is bytes, and so is its result. What is lost for good is a `Lost`, as with the local executor.
"""

import logging
import pickle
import queue
import sys
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import distributed

from vtsc.base.errors import UsageError
from vtsc.base.parallel import Lost, Waiting
from vtsc.content.content import Content
from vtsc.deciding.cluster import worker
from vtsc.deciding.cluster.carried import read, written
from vtsc.deciding.cluster.parcel import Parcel, own_of, packages_of, packed
from vtsc.deciding.cluster.sent import Sent
from vtsc.deciding.cluster.versions import versions

W = TypeVar("W")
R = TypeVar("R")

CONNECTING = 10
"""Seconds in which the scheduler has to answer."""
WORKERS = 30
"""Seconds in which the first worker has to be there, and after which a cluster without any is given up."""
LOOK = 0.5
"""Seconds after which it is looked again whether the scheduler is there."""
AHEAD = 2
"""Pieces of work that each thread of a worker is given: one is done, the other waits beside it."""
NOT_SENT = ("vtsc.commands", "vtsc.cli", "vtsc.__main__", "vtsc.deciding.cluster.client")
"""Modules that no worker needs."""


@dataclass(frozen=True)
class Dask:
    """Runs work on the cluster whose scheduler is at ``address``, as HOST:PORT."""

    address: str
    remote = True
    _parcels: dict[Any, Sent] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The cluster's name in messages."""
        return f"dask://{self.address}"

    def as_done(
        self, waiting: Waiting[W], run: Callable[[W], R]
    ) -> Generator[tuple[int, R | Lost], None, None]:
        """See `vtsc.base.parallel.Executor`."""
        if not waiting:
            return
        with self._connected() as client:
            self._check(client)
            yield from _Running(self, client, waiting, run).results()

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A context with a connection to the cluster; raises `UsageError` where there is none."""
        _silence()
        try:
            connect: Any = distributed.Client
            client = connect(self.address, timeout=CONNECTING, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            what = " ".join(str(error).split()) or type(error).__name__
            raise UsageError(f"--executor {self.name}: no scheduler there: {what}") from None
        try:
            yield client
        finally:
            client.close(timeout=LOOK)

    def _check(self, client: Any) -> None:
        """Check that there is a worker, and that all of them have the versions that are here."""
        deadline = time.monotonic() + WORKERS
        while not client.ncores():
            if time.monotonic() > deadline:
                raise UsageError(f"--executor {self.name}: the cluster has no worker")
            time.sleep(LOOK / 5)
        own = versions()
        for where, theirs in sorted(client.run(worker.versions_there, on_error="return").items()):
            if isinstance(theirs, BaseException):
                what = f"{type(theirs).__name__}: {theirs}"
            else:
                what = own.differences(theirs)
            if what:
                raise UsageError(f"--executor {self.name}: worker {where} differs: {what}")

    def parcel(self, content: Content, run: Callable[[Any], Any]) -> Sent:
        """The parcel of a content, for some work."""
        packages = packages_of(content, run)
        key = content.root, packages
        if key not in self._parcels:
            modules = tuple(sorted(n for n in sys.modules if n.startswith("vtsc.")))
            needed = tuple(n for n in modules if not n.startswith(NOT_SENT))
            parcel = Parcel(packed(content, packages), needed)
            self._parcels[key] = Sent(parcel.key, pickle.dumps(parcel))
        return self._parcels[key]


def _silence() -> None:
    """Have Dask say nothing in this process: what matters is said in results and in one line."""
    for name in [*logging.root.manager.loggerDict]:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module="distributed")


class _Running:
    """The work on its way, for one call of `Dask.as_done`."""

    def __init__(
        self, dask: Dask, client: Any, waiting: Waiting[Any], run: Callable[[Any], Any]
    ) -> None:
        self._dask, self._client, self._waiting, self._run = dask, client, waiting, run
        self._flying: dict[Any, tuple[int, Content, tuple[Any, ...]]] = {}
        """For each future the item's number, its content, and the arguments with which it is done."""
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._parcels: dict[str, Any] = {}
        self._fit: set[str] | None = None
        """The workers that are given work; None as long as all are."""
        self._last_seen = time.monotonic()

    def results(self) -> Iterator[tuple[int, Any]]:
        """The results, as they come."""
        room = self._room()
        while self._waiting or self._flying:
            while self._waiting and len(self._flying) < room:
                self._send(*self._waiting.take())
            gone = self._gone()
            if gone:
                yield from self._given_up(gone)
                continue
            try:
                future = self._done.get(timeout=LOOK)
            except queue.Empty:
                room = max(1, self._room())
                continue
            if future in self._flying:
                yield from self._result(future)

    def _room(self) -> int:
        """How many pieces of work the cluster is given at once; 0 where it has no worker."""
        try:
            threads = sum(self._cores().values())
        except (OSError, RuntimeError, AttributeError):
            return 0
        if threads:
            self._last_seen = time.monotonic()
        return AHEAD * threads

    def _cores(self) -> dict[str, int]:
        """The threads of each worker that can do the work."""
        known = self._client.ncores().items()
        return {where: count for where, count in known if self._fit is None or where in self._fit}

    def _send(self, number: int, item: Any) -> None:
        """Send a piece of work."""
        data, content = written((self._run, item))
        assert content is not None
        parcel = self._dask.parcel(content, self._run)
        carried = pickle.dumps((own_of(content), content.asked, content.digest, data))
        if parcel.key not in self._parcels:
            name = f"vtsc-parcel-{parcel.key}"
            self._parcels[parcel.key] = self._client.submit(worker.kept, parcel, key=name)
        self._submit(number, content, (self._parcels[parcel.key], carried, versions()))

    def _submit(self, number: int, content: Content, arguments: tuple[Any, ...]) -> None:
        where = None if self._fit is None else sorted(self._fit)
        future = self._client.submit(worker.run, *arguments, pure=False, workers=where)
        self._flying[future] = (number, content, arguments)
        future.add_done_callback(self._done.put)

    def _result(self, future: Any) -> Iterator[tuple[int, Any]]:
        """The result of a piece of work that is done; nothing where it has to be done elsewhere."""
        number, content, arguments = self._flying[future]
        try:
            result = future.result(timeout=CONNECTING)
        except distributed.KilledWorker as error:
            result = Lost(f"the workers that had it died, {error.allowed_failures + 1} of them")
        except (OSError, RuntimeError, CancelledError) as error:
            if self._gone():
                return  # the future is still flying, and given up with the others
            result = Lost(f"the cluster has no result: {error}")
        del self._flying[future]
        if isinstance(result, Exception):
            raise result
        if isinstance(result, worker.Unfit):
            self._fit = {*self._cores()} - {result.worker}
            if not self._fit:
                yield (
                    number,
                    Lost(f"{self._dask.name}: no worker is fit for it: {result.why}", True),
                )
            else:
                self._submit(number, content, arguments)
            return
        yield number, read(result, content) if isinstance(result, bytes) else result

    def _gone(self) -> str:
        """Why nothing can be expected of the cluster any more; empty where it is at work."""
        link = self._client.scheduler_comm
        if self._client.status != "running" or link is None or link.comm.closed():
            return f"the scheduler of {self._dask.name} has gone away"
        if time.monotonic() - self._last_seen < WORKERS or self._room():
            return ""
        return f"{self._dask.name} has no worker any more"

    def _given_up(self, why: str) -> Iterator[tuple[int, Any]]:
        """All that is on its way, or waits, is lost."""
        for number, _, _ in self._flying.values():
            yield number, Lost(why, everywhere=True)
        self._flying.clear()
        while self._waiting:
            yield self._waiting.take()[0], Lost(why, everywhere=True)
