"""Running independent pieces of work side by side; results come in the order of the work."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

W = TypeVar("W")
R = TypeVar("R")


def in_order(items: Sequence[W], run: Callable[[W], R], jobs: int = 0) -> Iterator[R]:
    """``run`` of each item, on ``jobs`` processes (0: one for each core).

    Every item gets a process of its own, forked from the same state, so what a solver makes of it
    does not depend on what was done before, nor on how many run at once. ``run`` must not raise.
    """
    count = jobs or os.cpu_count() or 1
    running: dict[Any, tuple[int, Any]] = {}
    before = _interrupt_when_terminated()
    done: dict[int, R] = {}
    begun = 0
    try:
        for number in range(len(items)):
            while number not in done:
                while begun < len(items) and len(running) < count:
                    with _signals_wait():
                        reader, process = _begin(run, items[begun])
                        running[reader] = (begun, process)
                    begun += 1
                ready: list[Any] = list(wait(list(running)))
                for reader in ready:
                    which, process = running.pop(reader)
                    done[which] = _result(reader, process)
            yield done.pop(number)
    finally:
        for _, process in running.values():
            process.kill()
        for _, process in running.values():
            process.join()
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _interrupt_when_terminated() -> Any:
    """Have SIGTERM end this process the way Ctrl-C does, workers first; returns what it did before."""
    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM, so no worker is begun that nobody would end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(run: Callable[[W], R], item: W) -> tuple[Connection, Any]:
    """Begin a worker; to be called where signals wait."""
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)

    def work() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
        gc.disable()  # when it frees a solver's terms would depend on what the parent did before
        writer.send(run(item))

    process = context.Process(target=work, daemon=True)
    process.start()
    writer.close()
    return reader, process


def _result(reader: Connection, process: Any) -> Any:
    try:
        return reader.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"a worker died, status {process.exitcode}") from None
    finally:
        reader.close()
        process.join()
