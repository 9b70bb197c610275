"""Running independent pieces of work side by side."""

import gc
import heapq
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

W = TypeVar("W")
R = TypeVar("R")


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


def in_order(items: Sequence[W], run: Callable[[W], R], jobs: int = 0) -> Iterator[R]:
    """``run`` of each item, on ``jobs`` processes (0: one for each core), in the order of the items."""
    waiting: Waiting[W] = Waiting()
    for item in items:
        waiting.add(item)
    done: dict[int, R] = {}
    wanted = 0
    with closing(as_done(waiting, run, jobs)) as results:
        for number, result in results:
            done[number] = result
            while wanted in done:
                yield done.pop(wanted)
                wanted += 1


def as_done(
    waiting: Waiting[W], run: Callable[[W], R], jobs: int = 0
) -> Generator[tuple[int, R], None, None]:
    """``run`` of each waiting item, with the item's number, as they are done; more may be added meanwhile.

    Every item gets a process of its own, forked from the same state, so what a solver makes of it
    does not depend on what was done before, nor on how many run at once. ``run`` must not raise.
    """
    count = jobs or os.cpu_count() or 1
    running: dict[Any, tuple[int, Any]] = {}
    before = _interrupt_when_terminated()
    lifeline = os.pipe()
    try:
        while waiting or running:
            while waiting and len(running) < count:
                with _signals_wait():
                    number, item = waiting.take()
                    reader, process = _begin(run, item, lifeline)
                    running[reader] = (number, process)
            ready: list[Any] = list(wait(list(running)))
            for reader in ready:
                number, process = running.pop(reader)
                yield number, _result(reader, process)
    finally:
        for _, process in running.values():
            process.kill()
        for _, process in running.values():
            process.join()
        for end in lifeline:
            os.close(end)
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _interrupt_when_terminated() -> Any:
    """Have SIGTERM end this process as Ctrl-C does, its workers first; returns the handler before."""
    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """A context that holds back Ctrl-C and SIGTERM, so every worker that is begun is also ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(run: Callable[[W], R], item: W, lifeline: tuple[int, int]) -> tuple[Connection, Any]:
    """Begin a worker; to be called where signals wait.

    ``lifeline``: a pipe of which this process alone holds the end that is written to.
    """
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)

    def work() -> None:
        os.close(lifeline[1])
        threading.Thread(target=_end_with_parent, args=lifeline[:1], daemon=True).start()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
        gc.disable()  # else the parent's past would decide when a solver's terms are freed
        writer.send(run(item))

    process = context.Process(target=work, daemon=True)
    process.start()
    writer.close()
    return reader, process


def _end_with_parent(lifeline: int) -> None:
    """End this process once no process holds the other end of a pipe any more."""
    os.read(lifeline, 1)
    os._exit(1)


def _result(reader: Connection, process: Any) -> Any:
    try:
        return reader.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"a worker died, status {process.exitcode}") from None
    finally:
        reader.close()
        process.join()
