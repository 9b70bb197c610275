"""``vtsc gate``: the cells of a manifest, compared with what is expected, decided once and then checked."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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

vCPU 0 read 1000001, 1000001 cycles behind ideal 2000002, by rdtsc(0) in step 5

#  action       host.t         pcpu.tsc  changed
"""
LINES = """\
patch25 slow bounded_lag: VIOLATED(5)

pre25 slow bounded_lag [1]: VIOLATED(5) step 5, rdtsc(0)
2.6.37 slow bounded_lag [1]: VIOLATED(5) step 5, rdtsc(0)
2.6.35-svm skewed bounded_lead: VIOLATED(4) step 1, load(0, 1),
  v2_6_35_svm.py:36

patch25 slow bounded_lead: PROVED by N lemmas, for any number

can_catch_up on slow: NEVER by pre25

in full: vtsc show FOLDER/report/patch25.slow.bounded_lag.json
5 of 5 as expected: 1 proved, 4 violated
"""


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def gate(tmp_path, monkeypatch, capsys):
    """Run the gate on a manifest, with a memory of its own; exit status, output and complaints."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "checks.toml"

    def run(text, *arguments):
        path.write_text(text, encoding="utf-8")
        status = main(["gate", str(path), "--save", str(tmp_path / "report"), *arguments])
        said = capsys.readouterr()
        return status, said.out.replace(str(tmp_path), "FOLDER"), said.err

    return run


def plain(text):
    """A report without the digest of the model, and without saying how many lemmas a proof takes."""
    head, rest = text.split("\n\n", 1)
    text = f"{' '.join(head.split())}\n\n{rest}"
    text = re.sub(r"model [0-9a-f]{16}", "model DIGEST", text)
    return re.sub(r"by \d+ lemmas", "by N lemmas", text)


@pytest.fixture
def searching_is_an_error(monkeypatch):
    """From now on whoever begins to decide a case ends the run."""

    def begin(case, *_):
        raise AssertionError(f"{case.design} on {case.host} is decided")

    return lambda: monkeypatch.setattr(schedule, "begin", begin)


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


ONE = (
    '[[check]]\ndesign = "{}"\nhost = "{}"\nproperty = "bounded_lag"\nset.vcpus = 2\nexpect = {}\n'
)


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


def test_formats(gate, tmp_path):
    """All parameters are in JSON, and each cell has a name of its own in JUnit."""
    text = ONE.format("pre25", "slow", 5)
    assert gate(text, "--format", "json", "-o", str(tmp_path / "out.json"))[:2] == (0, "")
    (result,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["results"]
    assert (result["status"], result["depth"], result["expected"]) == ("violated", 5, "5")
    assert result["params"]["vcpus"] == 2 and "lag_bound" in result["params"]
    _, out, _ = gate(text, "--format", "junit")
    assert 'classname="pre25.slow" name="bounded_lag vcpus=2"' in out and 'failures="0"' in out


# what is remembered


def remembered(tmp_path):
    """The one file in which a case is remembered."""
    (path,) = (tmp_path / "cache" / "vtsc" / "decided").iterdir()
    return path


def changed_memory(path: Path, change):
    """Change what is remembered."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    change(kept)
    path.write_text(json.dumps(kept), encoding="utf-8")


VIOLATED, PROVED = ONE.format("pre25", "slow", 5), ONE.format("pre25", "stable", '"holds"')


def trace(kept):
    """The trace of the cell."""
    return kept["cells"]["bounded_lag"]["trace"]


def reached(kept):
    """The trace of the first "sometimes" that is reached."""
    return next(s["trace"] for s in kept["sometimes"] if s["trace"])


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (VIOLATED, lambda k: k.pop("cells")),
        (VIOLATED, lambda k: k.pop("sometimes")),
        (VIOLATED, lambda k: k["sometimes"].pop()),
        (VIOLATED, lambda k: trace(k).update(steps=trace(k)["steps"][:-1])),
        (VIOLATED, lambda k: trace(k)["steps"][-1]["inputs"].update(dt=0)),
        (VIOLATED, lambda k: trace(k)["steps"][-1]["state"]["host"].update(t=3)),
        (VIOLATED, lambda k: trace(k).update(host="fast")),
        (VIOLATED, lambda k: trace(k)["params"].update(lag_bound="2ms")),
        (VIOLATED, lambda k: k["cells"].update(bounded_lag=None)),
        (VIOLATED, lambda k: k["sometimes"][0]["trace"].update(steps=[])),
        (VIOLATED, lambda k: reached(k)["steps"][0]["state"]["host"].update(t=3)),
        (VIOLATED, lambda k: reached(k)["params"].update(vcpus=3)),
        (PROVED, lambda k: k["cells"]["bounded_lag"]["lemmas"].pop()),
        (PROVED, lambda k: k["cells"]["bounded_lag"].update(lemmas=[["", "nonsense"]])),
        (PROVED, lambda k: k["cells"]["bounded_lag"].update(k="x")),
        (PROVED, lambda k: next(s for s in k["sometimes"] if s["trace"]).update(trace=None)),
    ],
)
def test_what_does_not_stand_up_is_decided_again(
    gate, searching_is_an_error, tmp_path, text, change
):
    """Nothing that is remembered is believed that can be checked."""
    assert gate(text)[0] == 0
    path = remembered(tmp_path)
    whole = path.read_text(encoding="utf-8")
    changed_memory(path, change)
    assert gate(text)[0] == 0
    assert path.read_text(encoding="utf-8") == whole
    changed_memory(path, change)
    searching_is_an_error()
    assert gate(text)[0] == 70


@pytest.mark.parametrize("rest", ["", "{", "[]", "\x00", "[" * 100_000])
def test_what_cannot_be_read_is_decided_again(gate, tmp_path, rest):
    """Whatever is left of a file."""
    assert gate(VIOLATED)[0] == 0
    path = remembered(tmp_path)
    whole = path.read_text(encoding="utf-8")
    path.write_text(rest, encoding="utf-8")
    assert gate(VIOLATED)[0] == 0
    assert path.read_text(encoding="utf-8") == whole


def test_what_rests_on_something_else_is_replaced(gate, tmp_path):
    """One file a case: what was true of other sources is no longer kept."""
    gate(VIOLATED)
    path = remembered(tmp_path)
    whole = path.read_text(encoding="utf-8")
    changed_memory(path, lambda k: k.update(rests_on="other"))
    gate(VIOLATED)
    assert remembered(tmp_path).read_text(encoding="utf-8") == whole


def test_no_shorter_run_is_believed_of_what_has_not_changed(
    gate, searching_is_an_error, monkeypatch
):
    """Another solver, another version, another depth, other parameters, other properties: decided again."""
    from vtsc.deciding import memory

    assert gate(VIOLATED)[0] == 0
    searching_is_an_error()
    assert gate(VIOLATED)[0] == 0
    for text in (
        VIOLATED + "depth = 19\n",
        VIOLATED.replace("set.vcpus = 2", "set = { vcpus = 2, pcpus = 3 }"),
        VIOLATED.replace('"bounded_lag"', '["bounded_lag", "bounded_lead"]'),
        VIOLATED.replace('"pre25"', '"2.6.37"'),
        VIOLATED.replace('"slow"', '"fast"'),
    ):
        assert gate(text)[0] == 70, text
    with monkeypatch.context() as patch:
        patch.setattr(memory, "version", lambda: "z3 9")
        assert gate(VIOLATED)[0] == 70
    with monkeypatch.context() as patch:
        patch.setattr("vtsc.__version__", "9")
        assert gate(VIOLATED)[0] == 70
    assert gate(VIOLATED)[0] == 0


def test_it_rests_on_every_source(tmp_path, content):
    """A file of model, properties or checker that changes, comes or goes makes another memory."""
    from dataclasses import replace

    from vtsc.deciding.memory import Memory
    from vtsc.engines import Effort

    for name in ("model", "properties"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.py").write_text("1\n", encoding="utf-8")
    root = replace(content, root=tmp_path)
    seen = {Memory.of(root, Effort.ALL).rests_on}
    for name in ("model", "properties"):
        for change in ("2\n", "2\n# a comment\n"):
            (tmp_path / name / "one.py").write_text(change, encoding="utf-8")
            seen.add(Memory.of(root, Effort.ALL).rests_on)
        (tmp_path / name / "two.py").touch()
        seen.add(Memory.of(root, Effort.ALL).rests_on)
    assert len(seen) == 7
    checker = ROOT / "vtsc" / "a_file_of_a_test.py"
    try:
        checker.touch()
        assert Memory.of(root, Effort.ALL).rests_on not in seen
    finally:
        checker.unlink()


# what it costs


def test_costs_are_the_solvers_units(gate, tmp_path):
    """The same cell costs the same each time it is decided, and checking it again costs nothing."""
    costs = []
    for _ in range(2):
        gate(VIOLATED)
        gate(VIOLATED)
        costs.append(json.loads((tmp_path / "cache/vtsc/costs.json").read_text(encoding="utf-8")))
        (tmp_path / "cache/vtsc/costs.json").unlink()
        remembered(tmp_path).unlink()
    assert costs[0] == costs[1]
    ((name, units),) = costs[0].items()
    assert name.startswith("pre25 slow bounded_lag vcpus=2 ") and units > 10_000


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
        (["-j", "-1"], 2, "--jobs -1: 0 (all cores) or more"),
        (["--format", "yaml"], 2, "argument --format: invalid choice: 'yaml'"),
        (["--save", "/proc/none"], 2, "cannot write /proc/none"),
    ],
)
def test_mistakes(capsys, arguments, status, said):
    """One line each."""
    assert main(["gate", *arguments]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
