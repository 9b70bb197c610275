"""Running the command line in a process of its own."""

import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT


def run_apart(*arguments: str, cwd: Path = ROOT) -> tuple[int, str]:
    """Exit status and standard error in a process of its own, whose imports are fresh."""
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *arguments], cwd=cwd, capture_output=True, text=True
    )
    return done.returncode, done.stderr + done.stdout
