"""``vtsc gate``: the cells of a manifest, compared with what is expected, decided once and then checked."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.support.gates import ONE, VIOLATED, remembered
from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.deciding import schedule

CELLS = """\
[show]
design = "patch25"
host = "slow"
property = "bounded_lag"

# Both of one case.
[[check]]
design = "patch25"
host = "slow"
property = ["bounded_lag", "bounded_lead"]

[[check]] # of the kernel's own
design = ["pre25", "2.6.37"]
host = "slow"
property = "bounded_lag"
set = { vcpus = 2 } # which changes nothing
expect = 5

[[check]]
design = "2.6.35-svm"
host = "skewed"
property = "bounded_lead"
"""
REPORT = """\
vtsc gate: 5 cells of FOLDER/checks.toml, checkout model DIGEST

host slow  bounded_lag  bounded_lead  bounded_lag [1]
patch25    5            proved        -
pre25      -            -             5
2.6.37     -            -             5

host skewed  bounded_lead
2.6.35-svm   4

[1] vcpus=2

patch25 on slow: bounded_lag
============================

vCPU 0 read 1000001, 1000001 cycles behind ideal 2000002, by what happens in
rdtsc(0) in step 5. No condition of the design would have avoided this by going
the other way. The same calls and inputs do no harm on stable, skewed, cstate,
fast and resetting.

#  action       host.t         pcpu.tsc  changed
"""
LINES = """\
patch25 slow bounded_lag: VIOLATED(5)

pre25 slow bounded_lag [1]: VIOLATED(5) step 5, rdtsc(0)
2.6.37 slow bounded_lag [1]: VIOLATED(5) step 5, rdtsc(0)
2.6.35-svm skewed bounded_lead: VIOLATED(4) step 1, load(0, 1),
  v2_6_35_svm.py:34

patch25 slow bounded_lead: PROVED by N lemmas, for any number

can_catch_up on slow: NEVER by pre25

in full: vtsc show FOLDER/report/patch25.slow.bounded_lag.json
5 of 5 as expected: 1 proved, 4 violated
"""


def plain(text):
    """A report without the digest of the model, and without saying how many lemmas a proof takes."""
    head, rest = text.split("\n\n", 1)
    text = f"{' '.join(head.split())}\n\n{rest}"
    text = re.sub(r"model [0-9a-f]{16}", "model DIGEST", text)
    return re.sub(r"by \d+ lemmas", "by N lemmas", text)


@pytest.mark.slow
def test_a_report_and_the_same_again_without_searching(gate, searching_is_an_error):
    """The whole text; the second time traces are replayed and proofs checked, and nothing else is done."""
    status, out, err = gate(CELLS)
    assert (status, err) == (0, "")
    assert plain(out).startswith(REPORT)
    assert plain(out).endswith(LINES)
    assert max(map(len, out.splitlines())) <= 80 and out.isascii()
    searching_is_an_error()
    assert gate(CELLS, "-j", "1") == (0, out, "")


@pytest.mark.hours
@pytest.mark.slow
def test_each_cell_is_reported_in_full(gate, tmp_path, capsys):
    """Below the folder; ``vtsc show`` prints runs and proofs, with ``--all`` as the text beside."""
    gate(CELLS)
    folder = tmp_path / "report"
    stems = [
        "2.6.35-svm.skewed.bounded_lead",
        "2.6.37.slow.bounded_lag.vcpus=2",
        "patch25.slow.bounded_lag",
        "patch25.slow.bounded_lead",
        "pre25.slow.bounded_lag.vcpus=2",
    ]
    wanted = [f"{stem}.{end}" for stem in stems for end in ("json", "txt")]
    assert sorted(p.name for p in folder.iterdir()) == wanted
    for stem in stems:
        beside = (folder / f"{stem}.txt").read_text(encoding="utf-8")
        assert main(["show", str(folder / f"{stem}.json"), "--all"]) == 0
        told = capsys.readouterr().out
        assert told.startswith(beside)
        assert "params: vcpus=" in beside and "smp_tolerance=0" in beside
    assert main(["show", str(folder / "patch25.slow.bounded_lead.json")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("patch25 on slow: bounded_lead is proved for runs of any length\n---")
    assert told.endswith("\npatch25 slow bounded_lead: PROVED when it was saved\n")
    assert "12. " in told and "params:" not in told


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "host", "expect", "status", "line"),
    [
        ("pre25", "slow", 5, 0, "VIOLATED(5) step 5, rdtsc(0)"),
        ("pre25", "slow", 6, 10, "VIOLATED(5) step 5, rdtsc(0) [violated] expected: 6"),
        (
            "pre25",
            "slow",
            '"holds"',
            10,
            "VIOLATED(5) step 5, rdtsc(0) [violated] expected: holds",
        ),
        ("pre25", "stable", 5, 12, "PROVED by N lemmas, for any number [not_found] expected: 5"),
    ],
)
def test_what_is_not_as_expected(gate, design, host, expect, status, line):
    """A violation at another depth is a mismatch, one that is no longer found a status of its own."""
    found, out, _ = gate(ONE.format(design, host, expect))
    lines = out.splitlines()
    assert found == status
    assert f"{design} {host} bounded_lag [1]: {line}" in plain(out).replace("\n  ", " "), out
    assert lines[-2] == f"in full: vtsc show FOLDER/report/{design}.{host}.bounded_lag.vcpus=2.json"
    assert lines[-1].startswith(f"{int(not status)} of 1 as expected: 1 ")
    assert ("5!" in out) == (status == 10) and ("proved!" in out) == (status == 12)


@pytest.mark.slow
def test_formats(gate, tmp_path):
    """All parameters are in JSON, and each cell has a name of its own in JUnit."""
    text = ONE.format("pre25", "slow", 5)
    assert gate(text, "--format", "json", "-o", str(tmp_path / "out.json"))[:2] == (0, "")
    (result,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["results"]
    assert (result["status"], result["depth"], result["expected"]) == ("violated", 5, "5")
    assert result["params"]["vcpus"] == 2 and "lag_bound" in result["params"]
    _, out, _ = gate(text, "--format", "junit")
    assert 'classname="pre25.slow" name="bounded_lag vcpus=2"' in out and 'failures="0"' in out


# what it costs


@pytest.mark.hours
@pytest.mark.slow
def test_costs_are_the_solvers_units(gate, tmp_path):
    """Deciding the same cell again costs the same, to a thousandth, and checking it again costs nothing."""
    costs = []
    for _ in range(2):
        gate(VIOLATED)
        gate(VIOLATED)
        costs.append(json.loads((tmp_path / "cache/vtsc/costs.json").read_text(encoding="utf-8")))
        assert remembered(tmp_path).exists()
        shutil.rmtree(tmp_path / "cache/vtsc")
    ((name, units),) = costs[0].items()
    assert costs[1][name] == pytest.approx(units, rel=0.001)
    assert name.startswith("pre25 slow bounded_lag vcpus=2 ") and units > 10_000


@pytest.mark.hours
@pytest.mark.slow
def test_the_dearest_comes_first(gate, tmp_path, monkeypatch):
    """The order of work follows the last run's costs, the order of the report does not."""
    order = tmp_path / "order"
    decide = schedule.begin

    def noted(case, *rest):
        with order.open("a", encoding="utf-8") as file:
            file.write(f"{case.design}\n")
        return decide(case, *rest)

    monkeypatch.setattr(schedule, "begin", noted)
    text = VIOLATED.replace('"pre25"', '["2.6.37", "pre25", "patch25"]')
    _, first, _ = gate(text, "-j", "1")
    assert order.read_text(encoding="utf-8").split() == ["2.6.37", "pre25", "patch25"]
    path = tmp_path / "cache/vtsc/costs.json"
    costs = {n: 5 + n.startswith("pre25") for n in json.loads(path.read_text(encoding="utf-8"))}
    path.write_text(json.dumps(costs), encoding="utf-8")
    for kept in (tmp_path / "cache/vtsc/decided").iterdir():
        kept.unlink()
    order.unlink()
    assert gate(text, "-j", "1")[1] == first
    assert order.read_text(encoding="utf-8").split() == ["pre25", "2.6.37", "patch25"]


# mistakes


@pytest.mark.slow
def test_a_root_without_a_manifest(tmp_path, capsys):
    """One line; the other commands do without one."""
    for name in ("model", "properties"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = [sys.executable, "-m", "vtsc"]
    for arguments, status, said in (
        (
            ["gate"],
            3,
            f"vtsc: {tmp_path}/checks.toml: not there; it lists the cells that vtsc gate",
        ),
        (["list"], 0, "model: checkout"),
    ):
        done = subprocess.run(
            [*command, *arguments, "--root", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status
        assert (done.stderr if status else done.stdout).startswith(said)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nowhere.toml"], 3, "nowhere.toml: No such file or directory"),
        (["--write"], 2, "--write: only with --update"),
        (["-j", "-1"], 2, "-1: accepted is a whole number from 0 (one for each core)"),
        (["--format", "yaml"], 2, "--format yaml: known: text, json, junit, sarif, ktap"),
        (["--save", "/proc/none"], 2, "cannot write /proc/none"),
    ],
)
def test_mistakes(capsys, arguments, status, said):
    """One line each."""
    assert main(["gate", *arguments]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
