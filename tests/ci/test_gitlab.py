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


@pytest.mark.slow
def test_the_script_installs_and_decides(repository, spoil, tmp_path):
    """A wrong manifest fails; JUnit's file, the reports and the cache are where the job says."""
    spoil()
    variables = with_own(noting(tmp_path, tmp_path), repository)
    done = bash("\n".join(JOB["script"]), repository, variables)
    assert done.returncode == 10 and "expected: holds" in done.stdout
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "-m pip install vtsc\n"
    (cached,) = JOB["cache"]["paths"]
    assert list((repository / cached / "decided").iterdir())
    suite = ElementTree.parse(repository / JOB["artifacts"]["reports"]["junit"]).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    (kept,) = JOB["artifacts"]["paths"]
    assert (repository / kept / "cells").is_dir()


@pytest.mark.hours
@pytest.mark.slow
def test_the_script_in_a_fresh_environment(environment, repository, tmp_path):
    """pip installs vtsc, which decides the cells of the right manifest."""
    variables = with_own(environment.variables(tmp_path / "cache"), repository)
    done = bash("\n".join(JOB["script"]), repository, variables)
    assert done.returncode == 0 and done.stdout.endswith("\n1 of 1 as expected: 1 violated\n")
    bash("pip uninstall -y vtsc", repository, variables)
