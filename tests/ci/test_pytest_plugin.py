"""``pytest --vtsc``: each cell of a manifest is a test, and a run without it pays nothing."""

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.paths import ROOT

pytest_plugins = ["pytester"]
EXAMPLE = f"--vtsc-root={ROOT / 'examples/seqcount'}"
MANIFEST = """\
[[check]]
design = "no-odd"
host = "all"
property = "never_torn"

[[check]]
design = "no-odd"
host = "sc"
property = "never_torn"
set.readers = 2
expect = "holds"

[[check]]
design = "only-equal"
host = "sc"
property = "never_torn"
"""
NAMES = [
    "checks.toml::no-odd::sc::never_torn",
    "checks.toml::no-odd::sc::never_torn[readers=2]",
    "checks.toml::no-odd::weak::never_torn",
    "checks.toml::only-equal::sc::never_torn",
]
FAILED = """\
_______________________ no-odd sc never_torn[readers=2] ________________________
no-odd on sc: never_torn
========================

reader 0 believed (1, 0), which nobody wrote, by what happens in first in
step 1. No condition of the design would have avoided this by going the other
way.

#  action          page.version  page.first  page.second  changed
0  (start)                    0           0            0
1  first                      0           1            0  writer.first=1
"""
ENDED = """\
no-odd sc never_torn: VIOLATED(5) by bmc [violated] expected: holds
0 of 1 verdicts as wanted
"""


@pytest.fixture
def repository(pytester):
    """A folder with a manifest and an ordinary test."""
    pytester.path.joinpath("checks.toml").write_text(MANIFEST, encoding="utf-8")
    pytester.makepyfile("def test_of_their_own(): pass")
    return pytester


def names(result):
    """The names that a run with ``--collect-only -q`` prints."""
    return [line for line in result.outlines if "::" in line]


def test_the_cells_join_the_tests(repository):
    """Each cell once, and the repository's own tests, though the manifest's folder is searched anyway."""
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE, "--collect-only", "-q")
    found = names(result)
    assert found[:4] == NAMES
    assert len(found) == 5 and found[4].endswith("::test_of_their_own")
    assert result.ret == 0


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (["test_the_cells_are_chosen.py", "-k", "weak or only-equal"], NAMES[2:]),
        (["checks.toml::no-odd::sc", NAMES[3]], [*NAMES[:2], NAMES[3]]),
    ],
)
def test_the_cells_are_chosen(repository, arguments, chosen):
    """By ``-k``, and by their names or a part of them; cells that are named are not joined by others."""
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE, "--co", "-q", *arguments)
    assert names(result) == chosen


@pytest.mark.slow
@pytest.mark.parametrize(
    "how",
    [
        ["-n2", "--dist=loadscope"],
        pytest.param(["-n2"], marks=pytest.mark.hours),
        pytest.param([], marks=pytest.mark.hours),
    ],
    ids=["by scope", "side by side", "one by one"],
)
def test_a_failed_cell_shows_its_story_and_its_run(repository, how):
    """As ``vtsc verify`` does, by any number of workers; wanted violations pass; JUnit has every verdict.

    By scope, one worker gets all cells of a design on a host. ``--lf`` chooses what failed.
    """
    chosen = ["-k", "no-odd or own", "-v", "--junitxml=j.xml"]
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE, *chosen, *how)
    result.assert_outcomes(passed=3, failed=1)
    assert result.ret == 1
    text = result.stdout.str()
    if how:
        assert all(part in text for part in FAILED.split("\n", 1))  # the worker stands between them
        workers = re.findall(r"^\[(gw\d)\].* checks.toml::no-odd::sc::", text, re.M)
        assert len(workers) == 2 and (how == ["-n2"] or len(set(workers)) == 1)
    else:
        assert FAILED in text
    assert ENDED in text
    again = repository.runpytest_subprocess("--vtsc", EXAMPLE, "--lf", "--co", "-q")
    assert names(again) == NAMES[1:2]
    suite = ElementTree.parse(repository.path / "j.xml").getroot().find("testsuite")
    assert suite is not None
    cases = {(c.get("classname"), c.get("name")): c for c in suite.iter("testcase")}
    failed = cases["checks.toml.no-odd.sc", "never_torn[readers=2]"]
    assert ENDED in failed.findtext("failure", "")
    verdicts = {k: c.find("properties/property") for k, c in cases.items()}
    of_all = {"name": "verdict", "value": "VIOLATED(5)"}
    assert {k: p.attrib for k, p in verdicts.items() if p is not None} == {
        ("checks.toml.no-odd.sc", "never_torn"): of_all,
        ("checks.toml.no-odd.sc", "never_torn[readers=2]"): of_all,
        ("checks.toml.no-odd.weak", "never_torn"): of_all,
    }


def test_a_mistake_in_the_manifest_is_one_line(repository):
    """With its file and line; nothing is run."""
    text = '[[check]]\ndesign = "no-od"\n'
    repository.path.joinpath("checks.toml").write_text(text, encoding="utf-8")
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    (line,) = [line for line in result.outlines if line.startswith("vtsc: ")]
    assert "checks.toml:2: unknown design no-od: did you mean" in line


def test_a_manifest_that_is_not_there_is_one_line(pytester):
    """It is a mistake in the command line."""
    result = pytester.runpytest_subprocess("--vtsc-manifest=other.toml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line]
    said = "other.toml: not there; it lists the cells to decide"
    assert line == f"ERROR: vtsc: {pytester.path}/{said}"


def test_a_manifest_may_be_named(repository):
    """It may have any name; the usual one is also found at the root of the tests, from below it."""
    (repository.path / "cells.toml").write_bytes((repository.path / "checks.toml").read_bytes())
    (repository.path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    below = repository.mkdir("below")
    command = [sys.executable, "-m", "pytest", EXAMPLE, "--co", "-q"]
    for own, name in (("--vtsc", "checks.toml"), ("--vtsc-manifest=../cells.toml", "cells.toml")):
        done = subprocess.run(
            [*command, own], cwd=below, capture_output=True, text=True, check=True
        )
        found = [line for line in done.stdout.splitlines() if "::" in line]
        assert found == [each.replace("checks.toml", name) for each in NAMES]


LOADED = """\
import sys

def pytest_sessionfinish():
    ours = sorted(n for n in sys.modules if n.partition(".")[0] == "vtsc")
    print("\\nloaded", ours, "z3" in sys.modules, "rich" in sys.modules)
"""


def test_a_run_without_the_option_loads_nothing(repository):
    """Only the plug-in's own small module; and to collect cells, no solver."""
    repository.makeconftest(LOADED)
    plain = repository.runpytest_subprocess("-p", "no:cacheprovider")
    (line,) = [line for line in plain.outlines if line.startswith("loaded")]
    assert line == "loaded ['vtsc', 'vtsc.pytest_plugin'] False False"
    asked = repository.runpytest_subprocess("--vtsc", EXAMPLE, "--collect-only", "-q")
    (line,) = [line for line in asked.outlines if line.startswith("loaded")]
    assert line.endswith("False False") and "vtsc.content.manifest" in line


def test_pytest_finds_the_plug_in():
    """By its entry point, which the installed package declares."""
    (found,) = entry_points(group="pytest11", name="vtsc")
    assert found.value == "vtsc.pytest_plugin"
    assert Path(found.load().__file__) == ROOT / "vtsc/pytest_plugin.py"


ALL_KINDS = """\
[[litmus]]
name = "mail-first-serial"

[[check]]
file = "my_patch.py"
host = "cstate"
property = "monotonic"
expect = "holds"
skip = "not yet"

[[bound]]
measure = "lag"
design = "patch25"
host = "stable"
expect = 1
"""


@pytest.mark.hours
@pytest.mark.slow
def test_all_that_a_manifest_asks_is_tested(pytester):
    """A guest program, a design in a file, which is skipped, and a bound that is not as expected."""
    pytester.path.joinpath("checks.toml").write_text(ALL_KINDS, encoding="utf-8")
    design = (ROOT / "examples/my_patch.py").read_bytes()
    pytester.path.joinpath("my_patch.py").write_bytes(design)
    result = pytester.runpytest_subprocess("--vtsc", f"--vtsc-root={ROOT}", "-v", "-rs")
    result.assert_outcomes(passed=1, skipped=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "checks.toml::my-patch::cstate::monotonic SKIPPED (not yet)*",
            "checks.toml::litmus::mail-first-serial PASSED*",
            "checks.toml::bound::lag patch25 stable bounded_lag FAILED*",
            "bound lag patch25 stable bounded_lag: 0 expected: 1; exactly 0 cycles*",
        ]
    )


BUDGET = """\
[limits]
in_all = {}

[[check]]
design = "only-equal"
host = ["sc", "weak"]
property = "never_torn"

[[check]]
design = "no-odd"
host = "sc"
property = "never_torn"
"""


def in_all(pytester, units: int, *how: str):
    """A run over three cells that cost some 50,000 units each and may cost so many together."""
    pytester.path.joinpath("checks.toml").write_text(BUDGET.format(units), encoding="utf-8")
    return pytester.runpytest_subprocess("--vtsc", EXAMPLE, *how)


@pytest.mark.slow
def test_a_budget_for_all_cells_is_shared(pytester, monkeypatch, tmp_path):
    """What suffices for one cell is not given to each: they are paid in order, as by a gate."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    in_all(pytester, 10_000_000).assert_outcomes(passed=3)
    gate = ["gate", "checks.toml", "--root", EXAMPLE.partition("=")[2], "--format", "json"]
    for units in (60_000, 120_000):
        result = in_all(pytester, units)
        done = subprocess.run(
            [sys.executable, "-m", "vtsc", *gate], cwd=pytester.path, capture_output=True, text=True
        )
        found = [each["status"] == "violated" for each in json.loads(done.stdout)["results"]]
        assert found == sorted(found, reverse=True) and 0 < sum(found) < 3
        result.assert_outcomes(passed=sum(found), failed=3 - sum(found))
    last = in_all(pytester, 60_000, "checks.toml::only-equal::weak::never_torn")
    last.assert_outcomes(passed=1)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["load", "loadscope"])
def test_a_budget_for_all_cells_is_refused_where_it_cannot_be_shared(pytester, how):
    """In one line, by each way in which pytest-xdist gives tests to its processes."""
    result = in_all(pytester, 60_000, "-n", "2", "--dist", how)
    assert result.ret != 0
    result.stdout.fnmatch_lines(
        ["*vtsc: checks.toml: the budget in_all is for all cells together*"]
    )
