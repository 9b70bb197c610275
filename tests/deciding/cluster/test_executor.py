"""The executor of a Dask cluster, whose scheduler and worker are threads here; only their work is not."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.clusters import ended
from tests.support.distant import obey, unloaded
from vtsc.base.errors import UsageError
from vtsc.base.parallel import Lost, Waiting, ordered
from vtsc.deciding.executors import executor

distributed = pytest.importorskip("distributed", reason="vtsc[dask] is not installed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The scheduler of a cluster with one worker of two threads."""
    from vtsc.deciding.cluster import worker

    how = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "protocol": "tcp"}
    with distributed.LocalCluster(**how, host="127.0.0.1", dashboard_address=None) as cluster:
        yield cluster.scheduler_address.removeprefix("tcp://")
    nurseries = list(worker._nurseries.values())
    for nursery in nurseries:
        nursery.close()
    assert not any(nursery.folder.exists() for nursery in nurseries)


@pytest.mark.slow
def test_results_as_of_this_machine(address):
    """In order, from one nursery; who dies or has no memory is lost alone; paths are those of here."""
    content = unloaded()
    orders = ["a", "die", "b", "grow", "where", "c"]
    found = list(ordered([(content, o) for o in orders], obey, executor(f"dask://{address}", 0)))
    plain = [found[0], found[2], found[5]]
    assert [(order, len(names)) for order, names, _ in plain] == [("a", 4), ("b", 4), ("c", 4)]
    assert len({parent for _, _, parent in plain}) == 1 and plain[0][2] != os.getpid()
    assert isinstance(found[1], Lost) and "SIGKILL" in found[1].why
    assert found[3] == Lost("out of memory")
    path, text, folder = found[4]
    assert (path, text) == (content.root / "model", f"{content.root}/model/state.py")
    assert not Path(folder).is_relative_to(content.root)


@pytest.mark.slow
def test_what_is_not_wanted_any_more_is_ended(address, tmp_path):
    """Whoever leaves the results behind leaves no process on the cluster."""
    waiting: Waiting = Waiting()
    for order in ("quick", f"sleep {tmp_path / 'pid'}"):
        waiting.add((unloaded(), order))
    with closing(executor(f"dask://{address}", 0).as_done(waiting, obey)) as results:
        assert next(results)[0] == 0
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text("ascii"):
            time.sleep(0.05)
    process = int((tmp_path / "pid").read_text("ascii"))
    while not ended(process):
        time.sleep(0.05)


@pytest.mark.slow
def test_other_versions_are_refused(address, monkeypatch):
    """In one line that says what differs, before any work is sent."""
    from vtsc.deciding.cluster import client
    from vtsc.deciding.cluster.versions import Versions, versions

    own = versions()
    for other, said in (
        (Versions("0.0.9 (0)", own.python, own.solver), f"vtsc 0.0.9 (0) here, {own.vtsc} there"),
        (Versions(own.vtsc, "CPython 3.9", own.solver), f"python CPython 3.9 here, {own.python}"),
        (Versions(own.vtsc, own.python, "z3 9"), f"solver z3 9 here, {own.solver} there"),
    ):
        monkeypatch.setattr(client, "versions", lambda other=other: other)
        with pytest.raises(UsageError) as refused:
            list(ordered([(unloaded(), "a")], obey, executor(f"dask://{address}", 0)))
        assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cloud", "--executor cloud: expected local or dask://HOST:PORT"),
        ("dask://", "expected local or dask://HOST:PORT"),
        ("dask://somewhere", "expected local or dask://HOST:PORT"),
        ("dask://somewhere:0", "expected local or dask://HOST:PORT"),
        ("dask://:8786", "expected local or dask://HOST:PORT"),
    ],
)
def test_names_that_are_none(name, said):
    """One line that says what is accepted."""
    with pytest.raises(UsageError, match=said):
        executor(name, 0)


def test_without_dask(monkeypatch):
    """One line that says what to install."""
    monkeypatch.setattr("vtsc.deciding.executors.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"needs Dask: install vtsc\[dask\]"):
        executor("dask://somewhere:8786", 0)


def test_dask_is_loaded_only_where_it_is_asked_for():
    """No command loads it at its start."""
    program = (
        "import sys, vtsc.commands.gate, vtsc.commands.bound\n"
        "from vtsc.deciding.executors import executor\nexecutor('local', 2)\n"
        "print({'distributed', 'dask', 'vtsc.deciding.cluster'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "set()\n"


def test_no_scheduler(monkeypatch):
    """One line, once it has not answered in time."""
    from vtsc.deciding.cluster import client

    monkeypatch.setattr(client, "CONNECTING", 0.2)
    with pytest.raises(UsageError, match=r"--executor dask://127\.0\.0\.1:1: no scheduler there"):
        list(ordered([(unloaded(), "a")], obey, executor("dask://127.0.0.1:1", 0)))


def test_engines_of_plug_ins_stay_here():
    """Workers do not have them, so a cell would be decided by fewer engines without a word."""
    with pytest.raises(UsageError, match="--engine mine: not with --executor"):
        executor("dask://somewhere:8786", 0, ["mine"])
