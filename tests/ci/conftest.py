"""What the tests of ``ci/`` share: a repository with designs, and an environment to install vtsc in."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fresh import Fresh, fresh
from tests.support.paths import ROOT

RIGHT = """\
[[check]]
design = "no-odd"
host = "sc"
property = "never_torn"
"""
WRONG = RIGHT + 'set.readers = 2\nexpect = "holds"\n'


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """A fresh environment with the wheel of this checkout beside it."""
    return fresh(tmp_path_factory.mktemp("fresh"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose manifest is right, with content of its own: cells that are decided in no time."""
    made = shutil.ignore_patterns("__pycache__", "build", ".*")
    shutil.copytree(ROOT / "examples/seqcount", tmp_path / "repository", ignore=made)
    (tmp_path / "repository/checks.toml").write_text(RIGHT, encoding="utf-8")
    return tmp_path / "repository"


@pytest.fixture
def spoil(repository: Path) -> Callable[[], None]:
    """Make the manifest expect what is not so."""
    return lambda: (repository / "checks.toml").write_text(WRONG, encoding="utf-8") and None
