"""A backstop for model code that does not end: a limit on the processor time that it may use."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from vtsc.base.errors import UnendingError

SECONDS = 60.0
"""Seconds of processor time that one path or one run of a model may take; usually it takes milliseconds."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `UnendingError` at the line being executed once the code within has used up its time.

    Only the main thread can be interrupted; elsewhere there is no limit. A limit around this one goes on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(signum: int, frame: FrameType | None) -> None:
        raise UnendingError(f"no end in sight after {seconds:g} s of processor time")

    around, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
    if 0 < around <= seconds:
        yield
        return
    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        left, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if around:
            signal.setitimer(signal.ITIMER_VIRTUAL, max(around - (seconds - left), 0.001))
