"""A process that is killed, has no memory or is told to end: nothing lost, nothing wrong, nothing left."""

import os
import signal
import time

import pytest

from tests.support.faults import IN_ONE, ONE, TWO, Place, cells, of_session

KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
NO_MEMORY = """
        size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + {} * 2**20,) * 2)
"""
WAITS = """
        open("begun", "w").close()
        time.sleep(600)
"""


def check_that_one_is_lost(place, whole, why, **how):
    """One cell is not decided and says why; everything else of the report is as it always is."""
    status, report, complaints = place.gate("-j2", **how)
    hurt, sound = cells(report), cells(whole)
    assert status == 20 and hurt["no-odd"]["status"] == "unknown", (status, complaints)
    assert hurt["no-odd"]["reason"] == f"not decided: {why}"
    assert hurt["barriers"] == sound["barriers"]
    assert not place.left_over()


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_cell(tmp_path, whole):
    """The cell says how its process ended, and the next gate decides this one anew, and no other."""
    place = Place(tmp_path, ONE + TWO)
    why = "its process was ended by SIGKILL, as the system does when memory runs out"
    check_that_one_is_lost(place, whole, why, before=IN_ONE.format(KILLED))
    (kept,) = [*(tmp_path / "cache/vtsc/decided").iterdir()]
    known = kept.stat()
    assert place.gate("-j2")[:2] == (0, whole)
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (known.st_ino, known.st_mtime_ns)


@pytest.mark.hours
@pytest.mark.parametrize("megabytes", [4, 8])
def test_a_cell_without_memory_costs_that_cell(tmp_path, whole, megabytes):
    """Python or the solver is refused more memory in the middle of the work."""
    place = Place(tmp_path, ONE + TWO)
    check_that_one_is_lost(
        place, whole, "out of memory", before=IN_ONE.format(NO_MEMORY.format(megabytes))
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "to_all"),
    [
        (signal.SIGINT, True),
        pytest.param(signal.SIGTERM, False, marks=pytest.mark.hours),
        pytest.param(signal.SIGTERM, True, marks=pytest.mark.hours),
    ],
    ids=["Ctrl-C", "TERM", "TERM to all"],
)
def test_an_end_in_the_middle(tmp_path, whole, number, to_all):
    """Exit 130 and one line, no process left; what was decided is kept, and is not decided again."""
    place = Place(tmp_path, ONE + TWO)
    process = place.start("-j2", before=IN_ONE.format(WAITS), start_new_session=True)
    decided = tmp_path / "cache/vtsc/decided"
    while not ((tmp_path / "begun").exists() and decided.is_dir() and any(decided.glob("*.json"))):
        assert process.poll() is None
        time.sleep(0.05)
    (os.killpg if to_all else os.kill)(process.pid, number)
    out, complaint = process.communicate(timeout=200)
    assert (process.returncode, out, complaint) == (130, "", "vtsc: interrupted\n")
    assert of_session(process.pid) == []
    assert not place.left_over() and not (tmp_path / "report").exists()
    (kept,) = decided.iterdir()
    known = kept.stat()
    assert place.gate("-j2")[:2] == (0, whole)
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (known.st_ino, known.st_mtime_ns)
