"""Campaigns: the same outcomes in the same order on this machine and on a cluster of two processes."""

import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from crosscheck import insertions, mutants, third_opinion
from crosscheck.campaign import outcomes
from crosscheck.interpreter import interpreted
from crosscheck.third_opinion import OWN, TINY, Question
from tests.support.clusters import children, cluster
from tests.support.paths import ROOT
from vtsc.base.parallel import Local, Lost
from vtsc.deciding.executors import executor

END = """
import os, sys
from crosscheck.interpreter import interpreted
from pathlib import Path
sys.stdout.write("begun")
sys.stdout.flush()
interpreted("insertions", "judge", sys.argv[1], "x", "y", "z", own={}, patience=600)
"""
"""A process that waits for another interpreter."""


def dying(job: int) -> int:
    """Ends its process where the job is 2."""
    if job == 2:
        raise MemoryError
    return job * job


@pytest.mark.slow
def test_what_is_lost_is_one_outcome():
    """The others come as always, in order."""
    found = list(outcomes(dying, [1, 2, 3], Local(2)))
    assert (found[0], found[2]) == (1, 9) and isinstance(found[1], Lost)


@pytest.mark.slow
def test_an_interpreter_of_its_own_ends_with_whoever_asked(tmp_path):
    """Also where that one is killed: no process is left that works on something nobody waits for."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, time\nif 'crosscheck.insertions' in sys.orig_argv:\n"
        "    from crosscheck.interpreter import heard\n    heard()\n    time.sleep(600)\n",
        encoding="utf-8",
    )
    own = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin"}
    asking = subprocess.Popen([sys.executable, "-c", END, str(tmp_path)], env=own, cwd=ROOT)
    try:
        while not (found := children(asking.pid)):
            assert asking.poll() is None
        other = Path(f"/proc/{found[0]}")
    finally:
        asking.kill()
        asking.wait()
    while other.exists() and "Z" not in (other / "stat").read_text("ascii").rpartition(")")[2][:3]:
        pass


@pytest.mark.hours
def test_the_same_outcomes_on_a_cluster(tmp_path):
    """Insertions, questions of the third opinion and mutants, each in an interpreter on a worker."""
    pytest.importorskip("distributed", reason="vtsc[dask] is not installed")
    questions = [Question("pre25", host, OWN, 5, TINY) for host in ("slow", "skewed")]
    work = [job for job in mutants.work() if job[0] == "pre25"]
    asked = [(job, ({}, {})) for job in islice(work, 2)]
    good = ("right", "killed", "alive", "equivalent", "compared")
    campaigns = [
        (insertions.run, [*insertions.jobs("a few", 2)]),
        (third_opinion._one, questions),
        (third_opinion._both, third_opinion.drawn(1, 3)),
        (mutants.run, asked),
    ]
    with cluster(tmp_path / "cluster", 2) as two:
        for run, jobs in campaigns:
            here = list(outcomes(run, jobs, Local(2)))
            there = list(outcomes(run, jobs, executor(two.name, 0)))
            assert here == there
            assert all(any(word in str(each) for word in good) for each in here), here


def test_an_interpreter_is_told_what_to_do(monkeypatch):
    """The text goes to its standard input, and what it prints comes back."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = interpreted("decided_twice", str(ROOT), "4", "6", told=[], own={}, patience=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
