"""A gate in which nothing goes wrong, and its cache."""

from pathlib import Path

import pytest

from tests.support.faults import ONE, TWO, Place


@pytest.fixture(scope="session")
def decided(tmp_path_factory) -> tuple[Path, str]:
    """The cache that a gate leaves behind, and its report."""
    place = Place(tmp_path_factory.mktemp("decided"), ONE + TWO)
    status, report, _ = place.gate("-j2")
    assert status == 0
    return place.folder / "cache", report


@pytest.fixture
def whole(decided) -> str:
    """The report of a gate in which nothing goes wrong."""
    return decided[1]
