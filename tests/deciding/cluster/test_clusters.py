"""Gates on real clusters, whose scheduler and workers are processes, and in which something goes wrong."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.clusters import children, cluster, ended, killed
from tests.support.faults import CHECK, IN_ONE, ONE, TWO, Place, cells
from tests.support.paths import ROOT

pytestmark = pytest.mark.hours
pytest.importorskip("distributed", reason="vtsc[dask] is not installed")
ALL = CHECK.format("all", "weak")
FORMATS = [f"--format={name}=gate.{name}" for name in ("text", "jsonl", "ktap", "markdown")]
FORMATS += ["--format=sarif=gate.sarif"]
"""All that is for comparison: JUnit's reports have times."""
FIRST_WAITS = """
        if not os.path.exists({0!r}):
            open({0!r} + "-", "w").write(str(os.getpid()))
            os.rename({0!r} + "-", {0!r})
            time.sleep(600)
"""
"""Whoever comes first waits, and writes down who it is."""
NO_MEMORY = """
        size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + 4 * 2**20,) * 2)
"""
UNFIT = """
import vtsc.content.loader as loader

def load(*_, **__):
    raise MemoryError

loader.load = load
"""


def hurting(folder: Path, code: str) -> dict[str, str]:
    """The environment of workers whose nurseries, and their children, run ``code`` first."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def place(tmp_path) -> Place:
    """A folder for a gate over two cells."""
    return Place(tmp_path / "client", ONE + TWO)


def waits(tmp_path, process) -> int:
    """The process on a worker that waits, once it does."""
    marker = tmp_path / "marker"
    while not marker.exists():
        assert process.poll() is None
        time.sleep(0.05)
    return int(marker.read_text("ascii"))


def test_the_same_bytes_everywhere(tmp_path):
    """Three runs each with one process, two, and a cluster of four workers: the same bytes, evidence too."""
    reports, saved = [], []
    with cluster(tmp_path / "cluster", 4) as four:
        for how in 3 * (["-j1"], ["-j2"], ["--executor", four.name]):
            place = Place(tmp_path / str(len(reports)), ALL)
            reports.append(place.gate(*how, *FORMATS))
            made = [*place.folder.glob("gate.*"), *(place.folder / "report").rglob("*")]
            files = sorted(p for p in made if p.is_file())
            saved.append([(p.name, p.read_bytes()) for p in files])
    assert reports[0][0] == 0 and reports[0][2] == ""
    assert reports == reports[:1] * 9
    assert saved[0] and saved == saved[:1] * 9


def test_a_sweep_a_design_in_a_file_and_random_runs(tmp_path):
    """Bounds over values of a parameter; a design that no registry names, in two ways; random runs."""
    sweep = ["bound", "lag", "2.6.37", "--host", "stable", "--sweep", "exit_interval=1us,2us"]
    text = (ROOT / "model/designs/pre25.py").read_text("utf-8")
    (tmp_path / "mine.py").write_text(text.replace('"pre25"', '"mine"'), encoding="utf-8")
    own = ["verify", "--design", "mine.py", "--host", "slow", "-p", "bounded_lag"]
    own += ["--depth", "5", "--bounded"]
    checks = '[[check]]\nfile = "mine.py"\nhost = "slow"\nproperty = "bounded_lag"\nexpect = 5\n'
    (tmp_path / "own.toml").write_text(checks, encoding="utf-8")
    gate = ["gate", "own.toml", "--save", str(tmp_path / "saved"), "--again"]
    fuzz = ["simulate", "pre25", "patch25", "--steps", "300", "--save", str(tmp_path / "runs")]
    with cluster(tmp_path / "cluster", 2) as two:
        for command in (sweep, own, gate, fuzz):
            found = [
                subprocess.run(
                    [sys.executable, "-m", "vtsc", *command, "--root", str(ROOT), *how],
                    cwd=tmp_path,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                for how in (["-j2"], ["--executor", two.name])
            ]
            assert found[0].stdout and found[0].stdout == found[1].stdout, found
            assert found[0].returncode == found[1].returncode


def test_a_worker_that_is_killed_half_way(tmp_path, place, whole):
    """Its cell is decided by another worker: the same report. What it had begun ends, and leaves no file."""
    hurt = hurting(tmp_path / "site", IN_ONE.format(FIRST_WAITS.format(str(tmp_path / "marker"))))
    with cluster(tmp_path / "cluster", 2, env=hurt) as two:
        process = place.start("--executor", two.name)
        child = waits(tmp_path, process)
        (worker,) = [w for w in two.workers if child in children(w.pid)]
        killed(worker.pid)
        out, complaints = process.communicate(timeout=300)
        assert (process.returncode, out, complaints) == (0, whole, "")
        assert ended(child)
        left = [p for p in (tmp_path / "cluster").glob("vtsc-*") if p.is_dir()]
        assert len(left) <= 1, "the folder of the worker that lives"


def test_a_cell_without_memory(tmp_path, place, whole):
    """It costs that cell, which says so; the other one is as always, and the workers live."""
    hurt = hurting(tmp_path / "site", IN_ONE.format(NO_MEMORY))
    with cluster(tmp_path / "cluster", 2, env=hurt) as two:
        status, report, complaints = place.gate("--executor", two.name)
        assert not any(w.poll() for w in two.workers)
    assert (status, complaints) == (20, "")
    assert cells(report)["no-odd"]["reason"] == "not decided: out of memory"
    assert cells(report)["barriers"] == cells(whole)["barriers"]


def test_a_worker_without_memory_for_anything(tmp_path, place, whole):
    """A worker that cannot even load the content is left out; the other one does its work."""
    hurt = hurting(tmp_path / "site", UNFIT)
    with cluster(tmp_path / "cluster", 1, env=hurt) as one:
        status, report, _ = place.gate("--executor", one.name)
        assert status == 20
        assert "no worker is fit for it" in cells(report)["barriers"]["reason"]
        one.add(1)
        assert place.gate("--executor", one.name)[:2] == (0, whole)


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_a_scheduler_that_goes_away(tmp_path, place, whole, how):
    """What was decided is reported and kept, the rest says why not; the next gate decides the rest only."""
    hurt = hurting(tmp_path / "site", IN_ONE.format(FIRST_WAITS.format(str(tmp_path / "marker"))))
    with cluster(tmp_path / "cluster", 2, env=hurt) as two:
        process = place.start("--executor", two.name)
        waits(tmp_path, process)
        decided = place.folder / "cache/vtsc/decided"
        while not (decided.is_dir() and any(decided.glob("*.json"))):
            assert process.poll() is None
            time.sleep(0.05)
        name = two.name
        getattr(two.scheduler, how)()
        out, complaints = process.communicate(timeout=300)
        assert (process.returncode, complaints) == (20, "")
        found = cells(out)
        assert found["barriers"] == cells(whole)["barriers"]
        said = f"not decided: the scheduler of {name} has gone away"
        assert found["no-odd"]["reason"] == said
    (kept,) = decided.iterdir()
    known = kept.stat()
    assert place.gate()[:2] == (0, whole)
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (known.st_ino, known.st_mtime_ns)


def test_ctrl_c_ends_what_runs_on_the_cluster(tmp_path, place):
    """Exit 130 and one line; soon afterwards no worker has anything of it to do."""
    hurt = hurting(tmp_path / "site", IN_ONE.format(FIRST_WAITS.format(str(tmp_path / "marker"))))
    with cluster(tmp_path / "cluster", 2, env=hurt) as two:
        process = place.start("--executor", two.name)
        child = waits(tmp_path, process)
        process.terminate()
        out, complaint = process.communicate(timeout=200)
        assert (process.returncode, out, complaint) == (130, "", "vtsc: interrupted\n")
        while not ended(child):
            time.sleep(0.05)
        assert not any(w.poll() for w in two.workers)


def test_a_worker_with_another_checker_is_refused(tmp_path, place):
    """Exit 2 and one line that names the worker and what differs."""
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["cp", "-r", str(ROOT / "vtsc"), str(other)], check=True)
    with (other / "vtsc/engines/search/bmc.py").open("a", encoding="utf-8") as file:
        file.write("# another one\n")
    with cluster(tmp_path / "cluster", 1, env={"PYTHONPATH": str(other)}) as one:
        status, out, complaint = place.gate("--executor", one.name)
    assert (status, out, len(complaint.splitlines())) == (2, "", 1)
    assert "differs: vtsc 0.1.0 (" in complaint and complaint.startswith("vtsc: --executor dask://")


def test_a_cluster_without_workers(tmp_path, place):
    """Exit 2 and one line, once it has been waited for one."""
    soon = "import vtsc.deciding.cluster.client as client\nclient.WORKERS = 1"
    with cluster(tmp_path / "cluster", 0) as none:
        status, out, complaint = place.gate("--executor", none.name, before=soon)
    said = f"vtsc: --executor {none.name}: the cluster has no worker\n"
    assert (status, out, complaint) == (2, "", said)
