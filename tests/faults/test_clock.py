"""A clock that is set back, and files with times that lie: nothing is taken for what it is not."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.faults import ONE, SMALL, TWO, Place

CLAIM = (
    "no reader believes a pair from two updates",
    "no reader believes a pair from odd updates",
)
"""Two claims of the same length."""


def claims(root) -> str:
    """The properties as a new process lists them."""
    command = [sys.executable, "-m", "vtsc", "list", "--root", str(root)]
    own = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=own).stdout


def test_a_change_in_the_same_moment_is_seen(tmp_path):
    """A content whose file has changed, but neither its time nor its size, is what its file says now."""
    shutil.copytree(SMALL, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "copy/properties/never_torn.py"
    known = path.stat()
    assert CLAIM[0] in claims(tmp_path / "copy")
    assert [*path.parent.rglob("*.pyc")], "a compiled copy is what this is about"
    path.write_text(path.read_text("utf-8").replace(*CLAIM), encoding="utf-8")
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert path.stat().st_size == known.st_size
    assert CLAIM[1] in claims(tmp_path / "copy")


@pytest.mark.hours
@pytest.mark.parametrize("seconds", [1, 4_000_000_000], ids=["1970", "2096"])
def test_entries_of_another_time(tmp_path, decided, seconds):
    """The cache is used whatever the times of its files say, and nothing is decided again."""
    cache, report = decided
    place = Place(tmp_path, ONE + TWO)
    shutil.copytree(cache, tmp_path / "cache")
    for path in (tmp_path / "cache").rglob("*"):
        os.utime(path, (seconds, seconds))
    assert place.gate()[:2] == (0, report)
    kept = [*(tmp_path / "cache/vtsc/decided").iterdir()]
    assert kept and all(path.stat().st_mtime == seconds for path in kept)


@pytest.mark.hours
def test_a_clock_that_is_set_back_while_a_gate_runs(tmp_path, whole):
    """The wall clock goes backwards by days in the middle: the report is as always."""
    before = (
        "import itertools, time\n"
        "days = itertools.count()\n"
        "real, real_ns = time.time, time.time_ns\n"
        "time.time = lambda: real() - 86400 * next(days)\n"
        "time.time_ns = lambda: real_ns() - 86400 * 10**9 * next(days)\n"
    )
    assert Place(tmp_path, ONE + TWO).gate("-j2", before=before) == (0, whole, "")


@pytest.mark.hours
def test_a_machine_whose_clock_is_wrong(tmp_path, decided):
    """More than a year ago, by libfaketime: what was decided later is used, and the report is as always."""
    libraries = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not libraries:
        pytest.skip("libfaketime is not installed")
    cache, report = decided
    place = Place(tmp_path, ONE + TWO)
    shutil.copytree(cache, tmp_path / "cache")
    own = {"LD_PRELOAD": str(libraries[0]), "FAKETIME": "-400d", "DONT_FAKE_MONOTONIC": "1"}
    said = "import sys, time\nprint(time.localtime().tm_year, file=sys.stderr)\n"
    env = {**os.environ, **own, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    status, found, year = place.gate("-j2", before=said, env=env)
    assert (status, found) == (0, report)
    assert int(year) < time.localtime().tm_year
