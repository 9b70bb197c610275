"""Trace files: they are laid out for people and for diffs, and nothing but the run decides a replay."""

import json
from dataclasses import replace

import pytest

from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.evidence.trace import load_trace

SAVED = ROOT / "counterexamples" / "patch25.slow.bounded_lag.json"
FILES = sorted((ROOT / "counterexamples").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_trace_has_a_line_for_each_key_and_each_step(path):
    """Two lines more are the braces and one the end of the steps; each step's line is its own object."""
    trace = load_trace(path)
    text = trace.text()
    lines = text.splitlines()
    assert len(lines) == len(trace.as_json()) + len(trace.steps) + 3
    first = lines.index(' "steps": [') + 1
    steps = [json.loads(line.rstrip(",")) for line in lines[first : first + len(trace.steps)]]
    assert steps == trace.as_json()["steps"]
    assert text == path.read_text(encoding="utf-8")
    assert list(json.loads(text).items()) == list(trace.as_json().items())


def test_lines_of_the_source_may_shift(tmp_path, capsys):
    """They are positions, kept for readers: a replay neither fails nor warns."""
    trace = load_trace(SAVED)
    assert any(step.source for step in trace.steps)
    steps = tuple(replace(s, source=tuple(f"{x}0" for x in s.source)) for s in trace.steps)
    shifted = tmp_path / "shifted.json"
    replace(trace, steps=steps).save(shifted)
    assert main(["replay", str(shifted), "--root", str(ROOT)]) == 10
    assert capsys.readouterr().err == ""


def test_the_text_is_written_once_and_is_that_of_its_own_trace():
    """A trace that is made of another has a text of its own."""
    trace = load_trace(SAVED)
    assert trace.text() is trace.text()
    other = replace(trace, hit_at=trace.hit_at - 1)
    assert other.text() != trace.text()
    assert load_trace(SAVED).text() == trace.text()
