"""The backstop behind a budget: a limit on the time that passes on the clock."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from vtsc.solver.units import interrupt

AGAIN = 0.2
"""Seconds between two attempts to end the question that is being asked."""


class OutOfTime(BaseException):
    """The time is over. Like Ctrl-C it ends all that is being done."""


@contextmanager
def at_most_seconds(seconds: float | None) -> Iterator[None]:
    """A context that `OutOfTime` ends after so many seconds; None: never.

    Python acts on a signal only between two of its own instructions, so a thread ends what a solver is doing.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(signum: int, frame: FrameType | None) -> None:
        raise OutOfTime

    over = threading.Event()

    def watch() -> None:
        waiting: float = seconds
        while not over.wait(waiting):
            interrupt()
            waiting = AGAIN

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
