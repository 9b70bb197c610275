"""``pytest --vtsc``: each cell of a manifest is a test, and a run without it pays nothing."""

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
        (["-k", "weak or only-equal", "checks.toml"], NAMES[2:]),
        (["checks.toml::no-odd::sc"], NAMES[:2]),
        ([NAMES[1]], NAMES[1:2]),
        (["-k", "readers"], NAMES[1:2]),
        (["test_the_cells_are_chosen.py", "-k", "only-equal"], NAMES[3:]),
    ],
)
def test_the_cells_are_chosen(repository, arguments, chosen):
    """By ``-k``, and by their names or a part of them; cells that are named are not joined by others."""
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE, "--co", "-q", *arguments)
    assert names(result) == chosen


@pytest.mark.slow
def test_a_failed_cell_shows_its_story_and_its_run(repository):
    """As ``vtsc verify`` does; the wanted violations pass, and so JUnit has it, with every verdict."""
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE, "--junitxml=j.xml")
    result.assert_outcomes(passed=4, failed=1)
    assert result.ret == 1
    text = result.stdout.str()
    assert FAILED in text and ENDED in text
    suite = ElementTree.parse(repository.path / "j.xml").getroot().find("testsuite")
    assert suite is not None
    cases = {(c.get("classname"), c.get("name")): c for c in suite.iter("testcase")}
    failed = cases["checks.toml.no-odd.sc", "never_torn[readers=2]"]
    assert ENDED in failed.findtext("failure", "")
    verdicts = {k: c.find("properties/property") for k, c in cases.items()}
    assert {k: p.attrib for k, p in verdicts.items() if p is not None} == {
        ("checks.toml.no-odd.sc", "never_torn"): {"name": "verdict", "value": "VIOLATED(5)"},
        ("checks.toml.no-odd.sc", "never_torn[readers=2]"): {
            "name": "verdict",
            "value": "VIOLATED(5)",
        },
        ("checks.toml.no-odd.weak", "never_torn"): {"name": "verdict", "value": "VIOLATED(5)"},
        ("checks.toml.only-equal.sc", "never_torn"): {"name": "verdict", "value": "VIOLATED(6)"},
    }


@pytest.mark.slow
@pytest.mark.parametrize("how", ["load", "loadscope"])
def test_cells_run_side_by_side(repository, how):
    """Two workers find the same verdicts; by scope, one of them gets all cells of a design on a host."""
    arguments = ("-n2", "-v", "-k", "no-odd", f"--dist={how}")
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE, *arguments)
    result.assert_outcomes(passed=2, failed=1)
    assert ENDED in result.stdout.str()
    workers = re.findall(r"^\[(gw\d)\].* checks.toml::no-odd::sc::", result.stdout.str(), re.M)
    assert len(workers) == 2 and (how == "load" or len(set(workers)) == 1)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ('[[check]]\ndesign = "no-od"\n', "checks.toml:2: unknown design no-od: did you mean"),
        ("[[check]\n", "checks.toml:1: "),
        ("", "checks.toml:1: no [[check]] there: nothing to decide"),
    ],
)
def test_a_mistake_in_the_manifest_is_one_line(repository, manifest, said):
    """With its file and line; nothing is run."""
    repository.path.joinpath("checks.toml").write_text(manifest, encoding="utf-8")
    result = repository.runpytest_subprocess("--vtsc", EXAMPLE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    (line,) = [line for line in result.outlines if line.startswith("vtsc: ")]
    assert said in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vtsc-manifest=other.toml"], "other.toml: not there; it lists the cells to decide"),
        (["--vtsc"], "checks.toml: not there; it lists the cells to decide"),
    ],
)
def test_a_manifest_that_is_not_there_is_one_line(pytester, arguments, said):
    """It is a mistake in the command line."""
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line]
    assert line == f"ERROR: vtsc: {pytester.path}/{said}"


def test_a_manifest_may_be_named(repository):
    """It may have any name, and be found from the root of the repository as well as from below it."""
    (repository.path / "checks.toml").rename(repository.path / "cells.toml")
    found = repository.runpytest_subprocess(
        "--vtsc-manifest=cells.toml", EXAMPLE, "--co", "-q", "-k", "only-equal"
    )
    assert names(found) == ["cells.toml::only-equal::sc::never_torn"]
    (repository.path / "cells.toml").rename(repository.path / "checks.toml")
    (repository.path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    below = repository.mkdir("below")
    command = [sys.executable, "-m", "pytest", "--vtsc", EXAMPLE, "--co", "-q"]
    done = subprocess.run(command, cwd=below, capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if "::" in line] == NAMES


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
