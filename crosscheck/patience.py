"""A limit on the processor time of a child; unlike one on the clock it is the same on a busy machine."""

import resource
import signal
import subprocess


def give_up_after(seconds: int) -> None:
    """End this process once it has used so many seconds of processor time."""
    for kind, limit in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def gave_up(child: subprocess.CompletedProcess[str]) -> bool:
    """Whether `give_up_after` has ended the child."""
    return child.returncode == -signal.SIGXCPU
