"""What is proved of all values of a parameter, and each of them by brute force, with small words."""

import subprocess
import sys

import pytest

from crosscheck.included import RANGES
from tests.support.paths import ROOT

PROVED = ["greater", "greater", "smaller", "smaller"]
"""The values at which a violation stays one, for each range."""


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "where"), [*zip(RANGES, PROVED, strict=True)], ids=str)
def test_brute_force_agrees(asked, where):
    """The verdict changes within the range, and no violation is deeper at a value where it has to stay."""
    command = [sys.executable, "-m", "crosscheck.included", *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    told, _, proved = done.stdout.strip().partition("], ")
    assert proved == f"violations stay at {where} values"
    depths = [int(n) for n in told.partition("[")[2].split(", ")]
    assert depths == sorted(depths, reverse=where == "greater") and depths[0] != depths[-1]
