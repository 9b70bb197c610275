"""The same command gives the same verdicts, lemmas, certificates and traces, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def saved(folder: Path, jobs: str) -> dict[str, bytes]:
    """Every file that one run of the command writes, the cache being empty."""
    arguments = [
        "verify",
        "pre25",
        "e48672fa",
        "--host",
        "slow",
        "--host",
        "skewed",
        "-p",
        "monotonic",
    ]
    arguments += ["-p", "bounded_lag", "--depth", "8", "--root", str(ROOT), "-j", jobs]
    arguments += ["--save", str(folder / "saved"), "-o", str(folder / "saved" / "report.txt")]
    cache = {"XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run([sys.executable, "-m", "vtsc", *arguments], env=os.environ | cache)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


@pytest.mark.slow
def test_three_runs_with_one_job_and_with_two(tmp_path):
    """Reports, counterexamples, certificates and what is kept in the cache."""
    first = saved(tmp_path / "a", "1")
    assert any(name.endswith("manifest.json") for name in first)
    assert any(name.endswith("bounded_lag.json") for name in first)
    for name, jobs in (("b", "1"), ("c", "2")):
        assert saved(tmp_path / name, jobs) == first
