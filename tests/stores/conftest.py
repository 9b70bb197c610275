"""Content that a test may edit, loaded without being read first."""

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from vtsc.content import loader


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the content, of which one file is edited."""
    root = tmp_path_factory.mktemp("root")
    for name in ("model", "properties"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    return root


@pytest.fixture
def fresh(monkeypatch, tmp_path) -> Iterator[None]:
    """Content is loaded unread, as in a process of its own, and what was loaded before is put back."""
    monkeypatch.setattr(loader, "ensure", lambda *_: None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = [n for n in sys.modules if n.partition(".")[0] in ("model", "properties")]
    before = {n: sys.modules.pop(n) for n in names}
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.invalidate_caches()
    yield
    for n in [n for n in sys.modules if n.partition(".")[0] in ("model", "properties")]:
        del sys.modules[n]
    sys.modules.update(before)
