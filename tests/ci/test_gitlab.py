"""The template for GitLab: its script is run line by line, as a runner runs it."""

import subprocess
import sys
from string import Template
from xml.etree import ElementTree

import pytest
import yaml

from tests.support.fresh import bash, noting
from tests.support.paths import ROOT

FILE = ROOT / "ci/gitlab/vtsc.yml"
JOB = yaml.safe_load(FILE.read_text(encoding="utf-8"))["vtsc"]


def test_the_template_is_well_formed():
    """By GitLab's own schema; the reports that it names are those that its script writes."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    subprocess.run([*check, str(FILE)], check=True, capture_output=True)
    assert f"junit={JOB['artifacts']['reports']['junit']} " in JOB["script"][1]


def with_own(variables, repository):
    """The variables of a runner, and those of the job."""
    runners = {"CI_PROJECT_DIR": str(repository)}
    own = {name: Template(text).substitute(runners) for name, text in JOB["variables"].items()}
    return variables | runners | own


def test_the_script(repository, tmp_path):
    """What is installed and asked; the reports go where the job says that they are."""
    variables = with_own(noting(tmp_path, tmp_path, "python", "vtsc"), repository)
    variables["VTSC_PACKAGE"] = "vtsc==0.1.0; exit"
    done = bash("\n".join(JOB["script"]), repository, variables)
    assert (done.returncode, done.stdout) == (0, "")
    (kept,) = JOB["artifacts"]["paths"]
    assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines() == [
        "python -m pip install vtsc==0.1.0; exit",
        f"vtsc gate --save {kept}/cells --format junit={kept}/junit.xml checks.toml",
    ]


@pytest.mark.hours
@pytest.mark.slow
def test_the_script_in_a_fresh_environment(environment, repository, spoil, tmp_path):
    """pip installs vtsc; the right manifest passes, and a wrong one fails, with JUnit's file and a cache."""
    variables = with_own(environment.variables(tmp_path / "cache"), repository)
    done = bash("\n".join(JOB["script"]), repository, variables)
    assert done.returncode == 0 and done.stdout.endswith("\n1 of 1 as expected: 1 violated\n")
    (cached,) = JOB["cache"]["paths"]
    assert list((repository / cached / "decided").iterdir())
    spoil()
    done = bash(JOB["script"][1], repository, variables)
    assert done.returncode == 10 and "expected: holds" in done.stdout
    suite = ElementTree.parse(repository / JOB["artifacts"]["reports"]["junit"]).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    (kept,) = JOB["artifacts"]["paths"]
    assert (repository / kept / "cells").is_dir()
    bash("pip uninstall -y vtsc", repository, variables)
