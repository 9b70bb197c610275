"""Interpreters of their own for modules of this package; they end with the process that asked for them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosscheck.patience import give_up_after
from crosscheck.roots import ROOT


def interpreted(
    module: str,
    *asked: str,
    told: Any = None,
    folder: Path = ROOT,
    own: Mapping[str, str],
    patience: int,
) -> subprocess.CompletedProcess[str]:
    """Run a module of this package in an interpreter of its own, which ends with this process.

    ``told`` is what `heard` gives there; ``own`` are variables of its environment. It gives up after
    ``patience`` seconds of processor time, as `gave_up` tells.
    """
    known = os.environ.get("PYTHONPATH")
    path = f"{ROOT}{os.pathsep}{known}" if known else str(ROOT)
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", f"crosscheck.{module}", *asked],
            stdin=reader,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, **own},
        )
    finally:
        os.close(reader)
    try:
        with os.fdopen(writer, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps([patience, told]) + "\n")
            pipe.flush()
            out, complaints = process.communicate()
    finally:
        process.kill()
        process.wait()
    return subprocess.CompletedProcess(process.args, process.returncode, out, complaints)


def heard() -> Any:
    """What `interpreted` tells this process, which ends from now on once the other one has ended."""
    patience, told = json.loads(sys.stdin.readline())
    give_up_after(patience)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return told


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)
