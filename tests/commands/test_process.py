"""The process of a command: it ends with the command's status, and leaves nothing undone."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

LATER = """
import atexit, threading, time
from vtsc import __main__ as process, cli

def work():
    time.sleep(0.3)
    print("the thread has ended")

def main():
    atexit.register(print, "handlers are run")
    thread = threading.Thread(target=work, daemon={daemon})
    thread.start()
    print("no line end", end=" ")
    return 10

cli.main = main
process.run()
"""


def ended(program):
    """A process that has run a program."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_was_printed_is_out_and_handlers_are_run():
    """Though objects are not freed one by one."""
    done = ended(LATER.format(daemon=True))
    assert (done.returncode, done.stdout) == (10, "no line end handlers are run\n")


def test_a_thread_that_is_at_work_is_waited_for():
    """As that of a plug-in may be."""
    done = ended(LATER.format(daemon=False))
    assert done.returncode == 10
    assert "the thread has ended" in done.stdout and "handlers are run" in done.stdout


@pytest.mark.parametrize(("given", "status"), [("--help", 0), ("list --no-such-option", 2)])
def test_help_and_errors_have_their_statuses(given, status):
    """The module is what the installed command runs, too."""
    command = [sys.executable, "-m", "vtsc", *given.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == status
