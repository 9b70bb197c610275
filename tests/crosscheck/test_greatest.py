"""The greatest values of measures, by brute force and by search, on machines with small words."""

import subprocess
import sys

import pytest

from crosscheck.greatest import CELLS
from tests.support.paths import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, which alone has small words."""
    command = [sys.executable, "-m", "crosscheck.greatest", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS[:2], ids=" ".join)
def test_both_agree(cell):
    """No run has a greater value than the search finds, and some run has it."""
    agrees(cell)


@pytest.mark.hours
@pytest.mark.parametrize("cell", CELLS[2:], ids=" ".join)
def test_both_agree_on_all_cells(cell):
    """The same of the other cells."""
    agrees(cell)


def agrees(cell: tuple[str, ...]) -> None:
    """Check that both ways find the same value."""
    done = run(*cell)
    assert (done.returncode, done.stderr) == (0, "")
    assert " by brute force, " in done.stdout
