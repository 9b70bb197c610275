"""What the tests of commands share: running a gate with a memory of its own."""

from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.roots import copied
from vtsc.cli import main
from vtsc.deciding import schedule


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def gate(tmp_path, monkeypatch, capsys):
    """Run the gate on a manifest, with a memory of its own; exit status, output and complaints."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "checks.toml"

    def run(text, *arguments):
        path.write_text(text, encoding="utf-8")
        status = main(["gate", str(path), "--save", str(tmp_path / "report"), *arguments])
        said = (text.replace(str(tmp_path), "FOLDER") for text in capsys.readouterr())
        return status, *said

    return run


@pytest.fixture
def searching_is_an_error(monkeypatch):
    """From now on whoever begins to decide a case ends the run."""

    def begin(case, *_):
        raise AssertionError(f"{case.design} on {case.host} is decided")

    return lambda: monkeypatch.setattr(schedule, "begin", begin)


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the content that a test may break."""
    return copied(tmp_path)
