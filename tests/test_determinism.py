"""The same command gives the same verdicts, lemmas, certificates and traces, byte for byte."""

from pathlib import Path

import pytest

from vtsc.cli import main

ROOT = Path(__file__).resolve().parent.parent


def saved(folder: Path, jobs: str, monkeypatch) -> dict[str, bytes]:
    """Every file that one run saves, the cache being empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
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
    main([*arguments, "--save", str(folder / "saved"), "-o", str(folder / "saved" / "report.txt")])
    files = sorted(p for p in (folder / "saved").rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


@pytest.mark.slow
def test_three_runs_with_one_job_and_with_two(tmp_path, monkeypatch):
    """Reports, counterexamples and certificates."""
    first = saved(tmp_path / "a", "1", monkeypatch)
    assert any(name.endswith("manifest.json") for name in first)
    assert any(name.endswith("bounded_lag.json") for name in first)
    for name, jobs in (("b", "1"), ("c", "2")):
        assert saved(tmp_path / name, jobs, monkeypatch) == first
