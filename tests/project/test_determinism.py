"""The same command gives the same verdicts, lemmas, certificates and traces, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

COMMAND = ["verify", "pre25", "e48672fa", "--host", "slow", "--host", "skewed", "--depth", "8"]
COMMAND += ["-p", "monotonic", "-p", "bounded_lag"]


def saved(folder: Path, jobs: str, hash_seed: str) -> dict[str, bytes]:
    """Every file that one run of the command writes, the cache being empty.

    ``hash_seed`` decides the order in which Python goes through a set of strings.
    """
    arguments = [*COMMAND, "--root", str(ROOT), "-j", jobs]
    arguments += ["--save", str(folder / "saved"), "-o", str(folder / "saved" / "report.txt")]
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, "-m", "vtsc", *arguments], env=os.environ | own)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


@pytest.mark.hours
@pytest.mark.slow
def test_three_runs_with_one_job_and_with_two(tmp_path):
    """Reports, counterexamples, certificates and what is kept in the cache."""
    first = saved(tmp_path / "a", "1", "1")
    assert any(name.endswith("manifest.json") for name in first)
    assert any(name.endswith("bounded_lag.json") for name in first)
    for name, jobs, hash_seed in (("b", "1", "3"), ("c", "2", "4")):
        again = saved(tmp_path / name, jobs, hash_seed)
        assert again.keys() == first.keys()
        assert [n for n in first if again[n] != first[n]] == []
