"""Describes the machine on which something is measured, and the versions of what runs on it."""

import os
import platform
import subprocess
from pathlib import Path

from bench.measure import ROOT
from bench.solvers import versions

CPUINFO = Path("/proc/cpuinfo")


def model(text: str) -> str:
    """The name of the processor in the text of ``/proc/cpuinfo``; empty if there is none."""
    lines = (line.partition(":") for line in text.splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == "model name"), "")


def revision() -> str:
    """The revision of vtsc that is measured, with ``-dirty`` behind it where files were changed since."""
    asked = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "not known"


def described() -> dict[str, str]:
    """The machine and the versions of what runs on it."""
    text = CPUINFO.read_text(encoding="utf-8") if CPUINFO.exists() else ""
    own = {
        "processor": model(text) or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "vtsc": revision(),
        "Python": platform.python_version(),
    }
    return own | versions()
