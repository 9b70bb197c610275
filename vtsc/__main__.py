"""``python -m vtsc`` and the command ``vtsc``: a process that does nothing else."""

import atexit
import gc
import os
import sys
import threading
from typing import NoReturn

OBJECTS = 100_000
"""The number of new objects after which unreachable ones are looked for; a command keeps nearly all."""


def run() -> NoReturn:
    """Run the command line, and end the process with its exit status.

    What the process holds is left to the system, unless some thread is still at work: freeing it object by
    object takes as long as making it has.
    """
    gc.set_threshold(OBJECTS)  # before anything else is imported, which makes thousands of objects
    from vtsc.cli import main

    status = main()
    others = [t for t in threading.enumerate() if t is not threading.current_thread()]
    if not all(thread.daemon for thread in others):
        sys.exit(status)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
