"""Gates of the small domain, each a process of its own, in which something goes wrong at a chosen place."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

SMALL = ROOT / "examples" / "seqcount"
CHECK = '[[check]]\ndesign = "{}"\nhost = "{}"\nproperty = "never_torn"\n'
ONE, TWO, THREE = CHECK.format("barriers", "sc"), CHECK.format("no-odd", "sc"), ""
THREE = ONE + TWO + CHECK.format("only-equal", "weak")
IN_ONE = """
import os, resource, signal, time
import vtsc.deciding.schedule as schedule
begin = schedule.begin

def hurt(case, *others):
    if case.design == "no-odd":
        {}
    return begin(case, *others)

schedule.begin = hurt
"""
"""Code for something that goes wrong in the process that decides the design ``no-odd``."""


@dataclass
class Place:
    """A folder with a manifest, a cache and reports."""

    folder: Path
    manifest: str = THREE
    cache: Path | None = None

    def start(self, *arguments: str, before: str = "", **how: Any) -> subprocess.Popen:
        """A gate over the manifest; ``before`` is code that runs in its process first."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "checks.toml").write_text(self.manifest, encoding="utf-8")
        program = f"import sys\n{before}\nfrom vtsc.cli import main\nsys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-P", "-c", program, "gate", "checks.toml", "--root", str(SMALL)]
        if "--save" not in arguments:
            command += ["--save", "report"]
        command += ["--format", "json", *arguments]
        cache = self.cache or self.folder / "cache"
        own = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, **{"cwd": self.folder, "env": own, **pipes, **how})

    def gate(self, *arguments: str, **how: Any) -> tuple[int, str, str]:
        """The exit status, the report and the complaints of a gate."""
        process = self.start(*arguments, **how)
        out, complaints = process.communicate(timeout=300)
        return process.returncode, out, complaints

    def left_over(self) -> list[str]:
        """The temporary files in the folder."""
        return [str(p) for p in self.folder.rglob(".*") if p.name not in (".", "..")]


def cells(report: str) -> dict[str, dict[str, Any]]:
    """The cells of a report by their designs."""
    return {each["design"]: each for each in json.loads(report)["results"]}


def of_session(session: int) -> list[str]:
    """The commands of a session's processes that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text("ascii").rpartition(")")[2].split()
            if int(stat[3]) == session and stat[0] not in "ZX":
                found.append((entry / "cmdline").read_text("utf-8").replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
