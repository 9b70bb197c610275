"""The saved counterexamples are those of the main job, and each still violates."""

import json
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tools.main_job import expected
from tools.regenerate import HEAD
from vtsc.base.lines import nothing_wanted
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import load_trace
from vtsc.native.inputs import Recorded
from vtsc.native.interpreter import NotARun, Player
from vtsc.report.text.story import LONGEST

FOLDER = ROOT / "counterexamples"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_each_still_violates_where_it_says(content, path):
    """Replayed without a solver, the violation is at the last step."""
    trace = load_trace(path)
    assert replay(case_of(content, trace), trace).hit_at == trace.hit_at == len(trace.steps)


def test_one_file_for_each_violated_cell_of_the_main_job(content):
    """No more and no fewer than the expected verdicts of `make verify` ask for, depths included."""
    wanted = {}
    for cell, verdict in expected(content).items():
        if verdict.isdecimal():
            changed = content.changed(cell.design, cell.property, cell.settings)
            own = "".join(f".{k}={v}" for k, v in changed.items())
            wanted[f"{cell.design}.{cell.host}.{cell.property}{own}.json"] = int(verdict)
    found = {p.name: json.loads(p.read_text(encoding="utf-8"))["violated_at"] for p in FILES}
    assert found == wanted


@pytest.mark.slow
def test_the_table_tells_the_stories_of_the_files():
    """counterexamples/README.md is what `make counterexamples` writes, in a process of its own as that is."""
    program = (
        "from tools.regenerate import HEAD, ROOT, load, table\n"
        "print(HEAD + table(load(str(ROOT))), end='')"
    )
    written = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == written.stdout


def test_stories_are_one_sentence():
    """At most 160 characters, with the step to blame."""
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").removeprefix(HEAD).splitlines()[2:]
    assert len(rows) == len(FILES)
    for row in rows:
        told = row.split(" | ", 2)[2].removesuffix(" |")
        assert len(told) <= LONGEST
        assert "step" in told or told.endswith("by nothing in between"), told


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES[::4], ids=lambda p: p.stem)
def test_no_step_can_be_left_out(content, path):
    """Deleting any step but the last makes the run illegal or harmless."""
    trace = load_trace(path)
    machine = case_of(content, trace).machine()
    for left_out in range(len(trace.steps) - 1):
        steps = [s for i, s in enumerate(trace.steps) if i != left_out]

        def source(step, steps=steps):
            return Recorded(trace.initial_inputs if step < 0 else steps[step].inputs)

        player = Player(machine, content.properties[trace.property], nothing_wanted)
        try:
            run = player.play([s.call for s in steps], source)
        except NotARun:
            continue
        assert run.hit_at is None, left_out
