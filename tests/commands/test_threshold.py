"""``vtsc threshold``: the least cycles of an RDTSC with which no two reads are equal."""

import json
import subprocess
import sys

import jsonschema
import pytest

from tests.support.paths import ROOT
from tests.support.terminals import Terminal
from vtsc.cli import main

ASKED = ["threshold", "rdtsc_cycles", "patch25", "--host", "stable", "-p", "nonzero_delta"]


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the command says of two values, as text and as JSON."""
    folder = tmp_path_factory.mktemp("threshold")
    given = ["--within", "0..1", "--root", str(ROOT), "-o", str(folder / "text")]
    formats = ["--format", "text", "--format", f"json={folder / 'json'}"]
    assert main([*ASKED, *given, *formats]) == 0
    return {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()}


@pytest.mark.slow
def test_both_sides_are_shown(told):
    """The counterexample and the proof, and in the end what is known of which values."""
    out = told["text"]
    assert "patch25 on stable: nonzero_delta\n" in out
    assert "patch25 on stable: nonzero_delta is proved for runs of any length\n" in out
    last = out.splitlines()[-5:]
    assert " ".join(" ".join(last).split()) == (
        "patch25 stable nonzero_delta: fails at rdtsc_cycles=0 (VIOLATED(5)), holds at 1 (PROVED) "
        "decided: 0 VIOLATED(5), 1 PROVED every value from 0 to 1 in steps of 1 was decided: "
        "fails at all up to 0, holds at all from 1"
    )
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.slow
def test_json_follows_its_schema(told):
    """With the trace in it."""
    document = json.loads(told["json"])
    schemas = ROOT / "docs" / "schemas"
    jsonschema.validate(document, json.loads((schemas / "thresholds.schema.json").read_text()))
    (result,) = document["results"]
    (change,) = result["changes"]
    assert result["monotone"] is result["every_value_decided"] is True
    assert (change["holds_at"], change["fails_at"]) == (1, 0)
    jsonschema.validate(change["trace"], json.loads((schemas / "trace.schema.json").read_text()))


@pytest.mark.slow
def test_every_value_of_a_range_is_decided(capsys):
    """On a clock that steps every R, a read lags by at most R - 1 ns: each coarser clock breaks the bound."""
    asked = ["threshold", "clock_resolution", "2.6.37", "--host", "cstate", "-p", "bounded_lag"]
    limits = ["--within", "1ns..14ns", "--step", "1ns", "--set", "lag_bound=6ns"]
    assert main([*asked, *limits]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "holds at clock_resolution=7ns (PROVED), fails at 8ns" in told
    assert "decided: 1ns to 7ns PROVED, 8ns" in told
    assert told.endswith("was decided: holds at all up to 7ns, fails at all from 8ns")


@pytest.mark.slow
def test_the_rest_of_a_long_range_is_proved(tmp_path):
    """That a greater skew permits more runs is proved at once for all, so two neighbours say it all."""
    asked = ["threshold", "skew_max", "2.6.37", "--host", "skewed", "-p", "bounded_lag"]
    limits = ["--within", "0..1000000", "--set", "lag_bound=20ns", "-o", str(tmp_path / "text")]
    formats = ["--format", "text", "--format", f"json={tmp_path / 'json'}"]
    assert main([*asked, *limits, *formats, "--bounded", "--depth", "7"]) == 0
    assert " ".join((tmp_path / "text").read_text(encoding="utf-8").split()).endswith(
        "proved of all values from 0 to 1000000 in steps of 1, by 15 questions: what violates it at one "
        "value does so at every greater one, so it holds at all up to 20, and fails at all from 21"
    )
    document = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    schema = ROOT / "docs" / "schemas" / "thresholds.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    (result,) = document["results"]
    assert result["inclusion"] == {"violations_stay_at": "greater", "questions": 15}
    assert result["monotone"] and not result["every_value_decided"]


@pytest.mark.hours
@pytest.mark.slow
def test_the_least_bump_with_which_reads_differ():
    """As docs/trapping.md has it: with the protocol that keeps everything, and for greater bumps, too.

    In a process of its own, since what a solver's budget is enough for depends on what it was asked before.
    """
    page = (ROOT / "docs/trapping.md").read_text(encoding="utf-8")
    section = page.split("\n## How large a bump has to be\n", 1)[1].split("\n## ", 1)[0]
    command, answer = (block.split() for block in section.split("```")[1:4:2])
    assert command[0] == "vtsc"
    asked = [sys.executable, "-m", "vtsc", *command[1:]]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    out = done.stdout.split()
    assert " ".join(answer) in " ".join(out)
    assert " ".join(out).endswith(
        "decided: 0 VIOLATED(6), 1 PROVED, 2 PROVED, 3 PROVED, 4 PROVED "
        "every value from 0 to 4 in steps of 1 was decided: fails at all up to 0, holds at all from 1"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["threshold", "rdtsc_cycle"], "unknown parameter rdtsc_cycle"),
        (["threshold", "trapping"], "trapping has no numbers as values"),
        ([*ASKED, "--set", "rdtsc_cycles=3"], "rdtsc_cycles is the parameter that is varied"),
        ([*ASKED, "--depth", "0"], "--depth 0: accepted is a whole number from 1"),
        ([*ASKED, "--within", "5..1"], "--within 5..1: the first value is above the last"),
    ],
)
def test_a_mistake_is_one_line(arguments, said, capsys):
    """And the status of usage."""
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_terminal_is_told_what_is_being_decided(monkeypatch):
    """The cell of how many, and the values at which it is being decided; in the end the line is empty."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main([*ASKED, "--within", "0..1"]) == 0
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines == ["", "cell 1 of 1: patch25 stable nonzero_delta at 0, 1", ""]
