"""Running independent pieces of work side by side: by processes of this machine, or by another executor."""

import gc
import heapq
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Protocol, TypeVar

from vtsc.base.signals import signals_wait, termination_interrupts

W = TypeVar("W")
R = TypeVar("R")
NO_MEMORY = 99
"""The status with which a worker ends that runs out of memory."""
NO_THREAD_MEMORY = 127
"""The status with which the C library ends a process that has no memory for a thread's own data."""


@dataclass(frozen=True)
class Lost:
    """A piece of work that has no result, since its process ended before it had one."""

    why: str
    everywhere: bool = False
    """Whether whatever else is waiting is lost as well, so that trying again is of no use."""


class Waiting(Generic[W]):
    """Pieces of work that wait for a process: the most expensive first, equal ones in order of arrival."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, W]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, item: W, cost: int = 0) -> None:
        """Add an item; its number is the count of items that were added before it."""
        heapq.heappush(self._heap, (-cost, self._count, item))
        self._count += 1

    def take(self) -> tuple[int, W]:
        """Remove the next item, and return its number and the item."""
        _, number, item = heapq.heappop(self._heap)
        return number, item


class Executor(Protocol):
    """Runs pieces of work, each in a process of its own that begins in the same state."""

    remote: bool
    """Whether the work travels to other machines, so that it and its results have to be picklable."""

    def as_done(
        self, waiting: Waiting[W], run: Callable[[W], R]
    ) -> Generator[tuple[int, R | Lost], None, None]:
        """``run`` of each waiting item, with its number, as they are done; more may be added meanwhile.

        ``run`` must not raise.
        """


def in_order(items: Sequence[W], run: Callable[[W], R], jobs: int = 0) -> Iterator[R]:
    """``run`` of each item, on ``jobs`` processes (0: one for each core), in the order of the items."""
    with closing(ordered(items, run, Local(jobs))) as results:
        for result in results:
            if isinstance(result, Lost):
                raise RuntimeError(f"a worker died: {result.why}")
            yield result


def ordered(
    items: Sequence[W], run: Callable[[W], R], executor: Executor
) -> Generator[R | Lost, None, None]:
    """``run`` of each item, in the order of the items."""
    waiting: Waiting[W] = Waiting()
    for item in items:
        waiting.add(item)
    done: dict[int, R | Lost] = {}
    wanted = 0
    with closing(executor.as_done(waiting, run)) as results:
        for number, result in results:
            done[number] = result
            while wanted in done:
                yield done.pop(wanted)
                wanted += 1


@dataclass(frozen=True)
class Local:
    """Runs work on this machine, in ``jobs`` processes at once (0: one for each core).

    Every item gets a process of its own, forked from the same state, so what a solver makes of it
    does not depend on what was done before, nor on how many run at once.
    """

    jobs: int = 0
    remote = False

    def as_done(
        self, waiting: Waiting[W], run: Callable[[W], R]
    ) -> Generator[tuple[int, R | Lost], None, None]:
        """See `Executor`."""
        count = self.jobs or os.cpu_count() or 1
        with termination_interrupts(), Workers() as workers:
            yield from _all_done(waiting, run, workers, count)


def _all_done(
    waiting: Waiting[W], run: Callable[[W], R], workers: "Workers", count: int
) -> Iterator[tuple[int, R | Lost]]:
    """Run what waits, as many at once as ``count`` says, or as the system has room for."""
    running: dict[Connection, int] = {}
    put_off: list[tuple[int, W]] = []
    while waiting or running or put_off:
        while (waiting or put_off) and len(running) < count:
            number, item = put_off.pop() if put_off else waiting.take()
            try:
                running[workers.begin(run, item)] = number
            except OSError as error:
                if not running:
                    yield number, Lost(f"no process can be begun for it: {error.strerror}")
                    continue
                put_off.append((number, item))
                count = len(running)
        for reader in workers.ready([]) if running else ():
            yield running.pop(reader), workers.result(reader)


class Workers:
    """A context with worker processes, all of which have ended when it is left."""

    def __init__(self) -> None:
        self._processes: dict[Connection, Any] = {}

    def __enter__(self) -> "Workers":
        self._lifeline = os.pipe()
        return self

    def __exit__(self, *of_error: object) -> None:
        with signals_wait():
            for process in self._processes.values():
                process.kill()
            for process in self._processes.values():
                process.join()
            for end in self._lifeline:
                os.close(end)

    def begin(self, run: Callable[[W], R], item: W) -> Connection:
        """Begin a worker; returns what its result is known by."""
        with signals_wait():
            reader, process = _begin(run, item, self._lifeline)
            self._processes[reader] = process
        return reader

    def ready(self, others: Sequence[Any]) -> list[Any]:
        """The workers that have a result or have ended, and those of ``others`` that can be read; waits."""
        return list(wait([*self._processes, *others]))

    def result(self, reader: Connection) -> Any:
        """The result of a worker that is ready; a `Lost` where it was ended or ran out of memory."""
        return _result(reader, self._processes.pop(reader))

    def end(self, reader: Connection) -> None:
        """End a worker whose result is not wanted any more."""
        process = self._processes.pop(reader)
        process.kill()
        process.join()
        reader.close()


def _begin(run: Callable[[W], R], item: W, lifeline: tuple[int, int]) -> tuple[Connection, Any]:
    """Begin a worker; to be called where signals wait.

    ``lifeline``: a pipe of which this process alone holds the end that is written to.
    """
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)

    def work() -> None:
        os.close(lifeline[1])
        with _memory_is_told():
            threading.Thread(target=_end_with_parent, args=lifeline[:1], daemon=True).start()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
        gc.disable()  # else the parent's past would decide when a solver's terms are freed
        try:
            writer.send(run(item))
        except MemoryError:
            os._exit(NO_MEMORY)

    process = context.Process(target=work, daemon=True)
    try:
        process.start()
    except OSError:
        reader.close()
        raise
    finally:
        writer.close()
    return reader, process


@contextmanager
def _memory_is_told() -> Iterator[None]:
    """A context in which the one thing that can go wrong is that a thread has no room."""
    try:
        yield
    except (RuntimeError, MemoryError):
        os._exit(NO_MEMORY)


def _end_with_parent(lifeline: int) -> None:
    """End this process once no process holds the other end of a pipe any more."""
    os.read(lifeline, 1)
    os._exit(1)


def _result(reader: Connection, process: Any) -> Any:
    try:
        return reader.recv()
    except (EOFError, OSError):  # nothing was sent, or not all of it
        process.join()
        return _lost(process.exitcode)
    finally:
        reader.close()
        process.join()


def _lost(status: int) -> Lost:
    """Why a process ended without a result; raises `RuntimeError` where it was not ended but failed."""
    if status in (NO_MEMORY, NO_THREAD_MEMORY):
        return Lost("out of memory")
    if status >= 0:
        raise RuntimeError(f"a worker died, status {status}")
    known = -status in [*signal.Signals]
    name = signal.Signals(-status).name if known else f"signal {-status}"
    perhaps = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return Lost(f"its process was ended by {name}{perhaps}")
