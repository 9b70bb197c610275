"""Rates that are no short fraction, and coarse clocks: a cell is decided whatever they are."""

import json
import os
import random
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.sampling import sampled

CELLS = [
    ("patch25", "cstate", "violated"),
    ("2.6.37", "cstate", "proved"),
    ("pre25", "cstate", "proved"),
    ("patch25", "skewed", "proved"),
    ("e48672fa", "resetting", "violated"),
    ("2.6.37", "slow", "proved"),
]


def drawn(count):
    """Cells with rates from 800 MHz to 4 GHz, half of them whole 100 MHz, and clocks of 1 ns to 10 ms."""
    rng = random.Random(11)
    for number in range(count):
        khz = rng.randrange(800_000, 4_000_001) if number % 2 else 100_000 * rng.randrange(8, 41)
        yield *CELLS[number // 2 % len(CELLS)], khz, round(10 ** rng.uniform(0, 7))


@pytest.mark.slow
@sampled(40, ("design", "host", "status", "khz", "resolution"), [*drawn(200)])
def test_a_rate_and_a_resolution_leave_no_cell_undecided(
    design, host, status, khz, resolution, tmp_path
):
    """The verdict is that at 1 GHz with a clock of 1 ns; the process has used no solver before."""
    given = (f"virtual_khz={khz}", f"clock_resolution={resolution}ns")
    asked = ["verify", design, "--host", host, "-p", "monotonic", "--format", "json", "-j1"]
    ended = subprocess.run(
        [sys.executable, "-m", "vtsc", *asked, *(word for x in given for word in ("--set", x))],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    (result,) = json.loads(ended.stdout)["results"]
    assert result["status"] == status, ended.stderr
    assert ended.returncode == (10 if status == "violated" else 0)
