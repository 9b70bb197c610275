"""Random plain runs against exact bounds."""

import pytest

from crosscheck.random_bounds import CELLS, checked

OFTEN = ("lag patch25 stable", "stall pre25 fast")
"""Cells whose bound most random runs attain."""


@pytest.mark.hours
@pytest.mark.parametrize("cell", CELLS, ids=" ".join)
def test_no_run_exceeds_a_bound(content, cell):
    """Some run has each of them: the one that is shown does, and in some cells many others do."""
    found = checked(content, *cell)
    assert found is not None and found.shown
    assert found.runs > 300 and found.exceeding == 0
    assert found.attaining > 0 or " ".join(cell) not in OFTEN
