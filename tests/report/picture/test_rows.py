"""The rows of a picture are the declared lanes, filled from a run; without any, there are general ones."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.support.paths import ROOT
from tests.support.pictures import SAVED, SOME, USUAL, scene_of
from vtsc.base.errors import BadFileError
from vtsc.evidence.trace import load_trace
from vtsc.language import Lane, Marks, Phase, Phases, Values
from vtsc.report.picture.lanes import Row

SHOWN = """\
true time | 0 0 0 0 1 1 1 1 1 1 1 2
host's TSC | trusted*7 marked unstable*5
pCPU 0: TSC | 2 2 2 2 3 3 3 3 1 1 1 2
pCPU 1: TSC | 2 2 2 2 3 3 3 3 3 3 3 4
vCPU 0 | not loaded*1 loaded on pCPU 0*2 in guest on pCPU 0*2 loaded on pCPU 0*1 \
not loaded*3 loaded on pCPU 0*1 in guest on pCPU 0*2
vCPU 0: TSC offset | 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2 2^64-2
vCPU 0: sees | - - - - read=1 - - - - - - read=0 (-1)
"""
SEQCOUNT = """
import json, sys
from pathlib import Path
from vtsc.content.case import Case
from vtsc.content.loader import load
from vtsc.evidence.replay import trace_of
from vtsc.language import Call
from vtsc.native.witness import Witness
from vtsc.report.picture.html import html
from vtsc.report.picture.scene import scene
from vtsc.report.picture.svg import svg

content = load("examples/seqcount")
case = Case(content, "no-odd", "sc", content.resolve("no-odd", "never_torn", {}))
calls = ("first", ()), ("look", (0,)), ("load_first", (0,)), ("load_second", (0,)), ("check", (0,))
witness = Witness(tuple(Call(*call) for call in calls), ({},) * 5, {})
drawn = scene(case, *trace_of(case, "never_torn", witness))
rows = [[row.title, [cell and cell.text for cell in row.cells]] for row in drawn.rows]
print(json.dumps([rows, svg(drawn).count("<polyline"), html(drawn).count('class="column"')]))
"""


def told(row: Row) -> str:
    """A row on one line; the phases each with the number of steps that it lasts."""
    texts = ["-" if cell is None else cell.text for cell in row.cells]
    if row.shape == "phases":
        spans: list[list] = []
        for text in texts:
            if not spans or spans[-1][0] != text:
                spans.append([text, 0])
            spans[-1][1] += 1
        texts = [f"{text}*{count}" for text, count in spans]
    return f"{row.title} | {' '.join(texts)}\n"


def test_the_rows_of_the_usual_run(content):
    """Time, TSCs, states and reads are those of the trace, from top to bottom."""
    assert "".join(map(told, scene_of(content).rows)) == SHOWN


def test_vcpus_are_shown_one_after_the_other(content):
    """All lanes of a vCPU stand together, with its own reads only, on a scale that all vCPUs share."""
    rows = scene_of(content, SAVED / "patch25.cstate.monotonic_smp.json").rows
    titles = [row.title for row in rows]
    assert titles[4:] == [
        *("vCPU 0", "vCPU 0: TSC offset", "vCPU 0: sees"),
        *("vCPU 1", "vCPU 1: TSC offset", "vCPU 1: sees"),
    ]
    reads = {row.title: [c for c in row.cells if c is not None] for row in rows}
    (first,), (second,) = reads["vCPU 0: sees"], reads["vCPU 1: sees"]
    assert (first.text, second.text) == ("read=1", "read=0 (-1 from rdtsc(0))")
    assert (first.level, second.level) == (1, 0)


def test_levels_follow_the_values(content):
    """A greater value stands higher, a negative offset below a positive one, and all lie within the row."""
    for path in SOME:
        trace = load_trace(path)
        rows = {row.title: row for row in scene_of(content, path).rows}
        states = [trace.initial_state, *(step.state for step in trace.steps)]
        for row, record, field in (
            (rows["true time"], "host", "t"),
            (rows["vCPU 0: TSC offset"], "vcpu0", "tsc_offset"),
        ):
            values = [state[record][field] for state in states]
            signed = [v - 2**64 if v >= 2**63 else v for v in values]
            levels = [cell.level for cell in row.cells if cell is not None]
            assert all(0 <= level <= 1 for level in levels)
            for (a, high), (b, low) in zip(
                zip(signed, levels, strict=True),
                zip(signed[1:], levels[1:], strict=False),
                strict=False,
            ):
                assert (a > b) == (high > low) and (a < b) == (high < low), path


def test_every_declared_lane_is_drawn_somewhere(content):
    """No lane of the model is misspelt: each shows something in some saved run."""
    drawn = {row.title for path in SOME for row in scene_of(content, path).rows}
    for lane in content.model.lanes:
        assert lane.title.format(number=0, record="") in drawn


def test_trapping_is_a_phase(content):
    """Where RDTSC traps, the lane of the vCPU says so."""
    path = next(path for path in SOME if "trapping=unstable" in path.name)
    texts = {cell.text for row in scene_of(content, path).rows for cell in row.cells if cell}
    assert "in guest on pCPU 0, RDTSC traps" in texts


def test_a_phase_has_a_known_tone():
    """Another tone is refused, with those that there are."""
    with pytest.raises(BadFileError, match="phase 'busy': unknown tone 'red': known: idle, ready"):
        Phase("busy", {}, "red")


@pytest.mark.parametrize(
    ("shows", "title", "said"),
    [
        (Values("t"), "{nobody}", "lane '{nobody}': its title asks for 'nobody'"),
        (Phases((Phase("at {gate}"),)), "x", "phase 'at {gate}': its label asks for 'gate'"),
        (Marks("weight"), "x", "marks by 'weight': Read has no such attribute"),
    ],
)
def test_a_lane_that_asks_for_what_there_is_not_is_refused(
    content, monkeypatch, shows, title, said
):
    """In one line that names the lane, and no picture."""
    of = "vcpu" if isinstance(shows, Marks) else "host"
    odd = replace(content, model=replace(content.model, lanes=(Lane(title, of, shows),)))
    with pytest.raises(BadFileError) as raised:
        scene_of(odd, USUAL)
    assert said in str(raised.value)


def test_a_content_without_lanes_gets_general_ones():
    """Its columns, each a lane, and what anybody observed: the second domain declares none."""
    done = subprocess.run(
        [sys.executable, "-c", SEQCOUNT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    rows, lines, columns = json.loads(done.stdout)
    assert rows == [
        ["page.version", ["0", "0", "0", "0", "0", "0"]],
        ["page.first", ["0", "1", "1", "1", "1", "1"]],
        ["page.second", ["0", "0", "0", "0", "0", "0"]],
        ["observed", [None, None, None, None, None, "believed=(1, 0)"]],
    ]
    assert (lines, columns) == (3, 6)
