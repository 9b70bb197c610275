"""Footprints of the cases of the second domain, in copies that a test changes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

SEQCOUNT = ROOT / "examples/seqcount"
PROGRAM = """
import json, sys
from vtsc.content.case import Case
from vtsc.content.footprint import Footprints
from vtsc.content.loader import load

content = load(sys.argv[1])
footprints = Footprints(content)
found = {}
for design in content.model.designs:
    for host in content.model.hosts:
        case = Case(content, design, host, content.resolve(design, None, {}))
        found[f"{design} {host}"] = footprints.of(case, ["never_torn"]).rules
json.dump(found, sys.stdout)
"""


def footprints(root: Path, seed: int = 0, *, compiled: bool = False) -> dict[str, str]:
    """The footprint of each case of a root, found in a process of its own.

    ``seed``: that of its hashes; ``compiled``: whether it keeps compiled copies of files.
    """
    kept = {"PYTHONDONTWRITEBYTECODE": "" if compiled else "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(seed), **kept},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")
