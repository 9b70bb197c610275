"""Work on several processes: its order, the order of its results, and what is added meanwhile."""

import errno
import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from vtsc.base.parallel import (
    NO_MEMORY,
    NO_THREAD_MEMORY,
    Local,
    Lost,
    Waiting,
    Workers,
    in_order,
    ordered,
)


def test_results_come_in_the_order_of_the_items():
    """However long each takes."""

    def work(item):
        time.sleep(item / 20)
        return item, os.getpid()

    found = list(in_order([3, 0, 2, 1], work, jobs=4))
    assert [item for item, _ in found] == [3, 0, 2, 1]
    assert len({process for _, process in found}) == 4


def test_the_dearest_waits_least():
    """Equally dear items come as they were added, and each keeps its number."""
    waiting = Waiting()
    for item, cost in (("a", 1), ("b", 3), ("c", 1), ("d", 3), ("e", 0)):
        waiting.add(item, cost)
    assert [waiting.take() for _ in range(len(waiting))] == [
        (1, "b"),
        (3, "d"),
        (0, "a"),
        (2, "c"),
        (4, "e"),
    ]


def test_work_may_lead_to_more_work():
    """What is added while others are done is done as well, before what is cheaper."""
    waiting = Waiting()
    waiting.add(1, 10)
    waiting.add(100, 0)
    order = []
    for number, result in Local(1).as_done(waiting, lambda item: item):
        order.append((number, result))
        if result < 4:
            waiting.add(result + 1, 5)
    assert order == [(0, 1), (2, 2), (3, 3), (4, 4), (1, 100)]


def test_a_worker_that_dies_is_an_error():
    """No result is made up for it."""
    with pytest.raises(RuntimeError, match="a worker died, status 7"):
        list(in_order([0], lambda _: os._exit(7)))


@pytest.mark.parametrize("status", [NO_MEMORY, NO_THREAD_MEMORY])
def test_who_has_no_memory_costs_its_own_result(status):
    """Python says so, or the C library, which ends the process by itself."""
    found = ordered([0, status], lambda code: os._exit(code) if code else 0, Local(1))
    assert list(found) == [0, Lost("out of memory")]


def test_a_worker_that_is_killed_is_lost_alone():
    """Its item has no result and the reason; all others have theirs, in their order."""

    def work(item):
        if item == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if item == 2:
            raise MemoryError
        return item

    found = list(ordered([0, 1, 2, 3], work, Local(2)))
    assert [found[0], found[3]] == [0, 3]
    assert isinstance(found[1], Lost) and "SIGKILL" in found[1].why
    assert found[2] == Lost("out of memory")


def test_a_result_that_is_cut_off_is_lost():
    """A worker that is killed while it sends a result has sent none."""

    with Workers() as workers:
        reader = workers.begin(lambda _: b"x" * (1 << 20), 0)  # more than a pipe holds
        while waiting_in(reader) < 4096:
            time.sleep(0.01)
        (process,) = multiprocessing.active_children()
        os.kill(process.pid, signal.SIGKILL)
        assert isinstance(workers.result(reader), Lost)


def waiting_in(reader) -> int:
    """The bytes that can be read."""
    return int.from_bytes(fcntl.ioctl(reader.fileno(), termios.FIONREAD, bytes(4)), sys.byteorder)


def test_as_many_at_once_as_the_system_has_room_for(monkeypatch):
    """Work waits while no process can be begun beside others, and is lost where none can be begun at all."""
    begin, room = Workers.begin, 2

    def begun(self, run, item):
        if len(self._processes) >= room:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return begin(self, run, item)

    monkeypatch.setattr(Workers, "begin", begun)
    assert list(ordered(range(5), lambda item: item, Local(4))) == [0, 1, 2, 3, 4]
    room = 0
    (lost,) = ordered([0], lambda item: item, Local(4))
    assert lost == Lost("no process can be begun for it: Resource temporarily unavailable")


KILLED = """
import os, sys, time
from vtsc.base.parallel import in_order

def work(item):
    with open(sys.argv[1] + f"/{os.getpid()}", "w"):
        time.sleep(15)
    os.mkdir(sys.argv[1] + f"/survived{item}")

list(in_order([1, 2], work, jobs=2))
"""


@pytest.mark.slow
def test_a_killed_parent_leaves_no_worker(tmp_path):
    """Workers end by themselves, whatever they are at, where the parent had no time to end them."""
    parent = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT)
    while len(workers := [p.name for p in tmp_path.iterdir()]) < 2:
        assert parent.poll() is None
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    while any(map(is_running, workers)):
        time.sleep(0.05)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(workers)


def is_running(process: str) -> bool:
    """Whether a process is there and has not ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.split()[0] not in "ZX"
