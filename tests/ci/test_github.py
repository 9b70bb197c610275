"""The composite action for GitHub: its steps are run as a script, as a runner runs them."""

import json
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import yaml

from tests.support.fresh import bash, noting
from tests.support.paths import ROOT

FOLDER = ROOT / "ci/github"
ACTION = yaml.safe_load((FOLDER / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
INPUT = re.compile(r"\$\{\{ inputs\.(\w+) \}\}")


def run(variables, repository, step, place=FOLDER, **inputs):
    """Run a step with the action's inputs; its process, and what it puts out."""
    given = {name: each["default"] for name, each in ACTION["inputs"].items()} | inputs
    own = {name: INPUT.sub(lambda m: given[m[1]], text) for name, text in step["env"].items()}
    output = repository.parent / "output"
    output.write_text("", encoding="utf-8")
    runners = {"GITHUB_ACTION_PATH": str(place), "GITHUB_OUTPUT": str(output)}
    done = bash(step["run"], repository, variables | runners | own, "--noprofile", "--norc")
    return done, output.read_text(encoding="utf-8")


def test_the_action_is_well_formed():
    """By GitHub's own schema; and no text of a user becomes part of a script."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    subprocess.run([*check, "action.yml"], cwd=FOLDER, check=True, capture_output=True)
    assert [step["shell"] for step in STEPS] == ["bash", "bash"]
    for step in STEPS:
        assert "${{" not in step["run"]
        assert all(INPUT.fullmatch(text) for text in step["env"].values())
        assert {INPUT.sub(r"\1", text) for text in step["env"].values()} <= ACTION["inputs"].keys()
    (status,) = ACTION["outputs"].values()
    assert status["value"] == f"${{{{ steps.{STEPS[1]['id']}.outputs.status }}}}"


@pytest.mark.parametrize(
    ("inputs", "package"),
    [
        ({}, f"{ROOT}[sarif]"),
        ({"formats": "junit text"}, f"{ROOT}"),
        ({"version": "0.1.0"}, "vtsc[sarif]==0.1.0"),
        ({"version": "0.1.0; exit", "formats": ""}, "vtsc==0.1.0; exit"),
    ],
)
def test_what_is_installed(repository, tmp_path, inputs, package):
    """A released version, or the sources beside the action; with what the formats need."""
    done, _ = run(noting(tmp_path, tmp_path, "python"), repository, STEPS[0], **inputs)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "asked").read_text(encoding="utf-8") == f"python -m pip install {package}\n"


@pytest.mark.slow
def test_the_cells_are_decided(repository, spoil, tmp_path):
    """A wrong manifest fails with its reports, a broken one without; the exit status is that of the gate."""
    variables, gate = noting(tmp_path, tmp_path / "cache"), STEPS[1]
    (repository / "other.toml").write_text("check = 1\n", encoding="utf-8")
    done, output = run(variables, repository, gate, manifest="other.toml")
    assert (done.returncode, output) == (3, "status=3\n")
    assert done.stdout.startswith("vtsc: other.toml:1: check: expected tables, [[check]]")
    assert not (repository / "vtsc-report").exists()
    spoil()
    inputs = {"folder": "a folder", "formats": "junit sarif json text markdown ktap"}
    done, output = run(variables, repository, gate, **inputs)
    assert (done.returncode, output) == (10, "status=10\n"), done.stdout
    folder = repository / "a folder"
    suite = ElementTree.parse(folder / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    (log,) = json.loads((folder / "gate.sarif").read_text(encoding="utf-8"))["runs"]
    assert [finding["level"] for finding in log["results"]] == ["error"]
    assert {"gate.markdown", "gate.ktap"} < {path.name for path in folder.iterdir()}
    assert json.loads((folder / "gate.json").read_text(encoding="utf-8"))["results"]
    assert (folder / "gate.txt").read_text(encoding="utf-8") == done.stdout
    assert (folder / "cells/no-odd.sc.never_torn.readers=2.json").exists()


@pytest.mark.hours
@pytest.mark.slow
def test_both_steps_in_a_fresh_environment(environment, repository, tmp_path):
    """pip installs the released version, which decides the cells of the right manifest."""
    variables = environment.variables(tmp_path / "cache")
    done, _ = run(variables, repository, STEPS[0], version="0.1.0")
    assert done.returncode == 0, done.stdout
    done, output = run(variables, repository, STEPS[1])
    assert (done.returncode, output) == (0, "status=0\n"), done.stdout
    assert done.stdout.endswith("\n1 of 1 as expected: 1 violated\n")
    bash("pip uninstall -y vtsc", repository, variables)


@pytest.mark.hours
@pytest.mark.slow
def test_the_sources_beside_the_action_are_installed(
    environment, repository, tmp_path, monkeypatch
):
    """pip builds them; here without a network, by the tools that are there."""
    copy = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".*", "build", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=ignored)
    for path in (copy / "vtsc/__init__.py", copy / "pyproject.toml"):
        text = path.read_text(encoding="utf-8")
        assert '"0.1.0"' in text
        path.write_text(text.replace('"0.1.0"', '"0.1.0+mine"'), encoding="utf-8")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # by which pip means that there is none
    variables = environment.variables(tmp_path / "cache")
    done, _ = run(variables, repository, STEPS[0], copy / "ci/github", formats="junit")
    assert done.returncode == 0, done.stdout
    assert bash("vtsc --version", repository, variables).stdout == "vtsc 0.1.0+mine\n"
    bash("pip uninstall -y vtsc", repository, variables)
