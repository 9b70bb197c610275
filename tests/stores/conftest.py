"""Content that a test may edit, loaded without being read first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crosscheck.insertions import unchecked
from tests.support.roots import copied, loaded_afresh
from vtsc.content import loader


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the content, of which one file is edited."""
    return copied(tmp_path_factory.mktemp("root"))


@pytest.fixture
def fresh(monkeypatch, tmp_path) -> Iterator[None]:
    """Content is loaded unread, as in a process of its own, and what was loaded before is put back."""
    monkeypatch.setattr(loader, "ensure", unchecked)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with loaded_afresh(monkeypatch):
        yield
