"""docs/ci.md: its examples are well formed, and its tables have all that there is."""

import re
import subprocess
import sys

import pytest
import yaml

from tests.support.paths import ROOT

PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
WORKFLOW, JOB, HOOK = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)
CHECK = ("check_jsonschema", "--builtin-schema")


@pytest.mark.parametrize(
    ("text", "check"),
    [
        (WORKFLOW, (*CHECK, "vendor.github-workflows")),
        (JOB, (*CHECK, "vendor.gitlab-ci")),
        (HOOK, ("pre_commit", "validate-config")),
    ],
    ids=["github", "gitlab", "pre-commit"],
)
def test_an_example_is_well_formed(text, check, tmp_path):
    """By the services' own schemas."""
    file = tmp_path / "example.yml"
    file.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", *check, str(file)], check=True, capture_output=True)


def rows(heading):
    """The first column of the table below a heading."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)^## ", PAGE, re.M | re.S)
    return re.findall(r"^\| `([^`=]+)[^|]*\|", section, re.M)


def test_the_tables_are_complete():
    """The action's inputs, the plug-in's options, and the variables of the fragment, in their order."""
    action = yaml.safe_load((ROOT / "ci/github/action.yml").read_text(encoding="utf-8"))
    assert rows("GitHub") == list(action["inputs"])
    plug_in = (ROOT / "vtsc/pytest_plugin.py").read_text(encoding="utf-8")
    assert sorted(rows("pytest")) == sorted(re.findall(r'addoption\("([^"]+)"', plug_in))
    fragment = (ROOT / "ci/vtsc.mk").read_text(encoding="utf-8")
    assert sorted(rows("A kernel tree")) == sorted(re.findall(r"^(\w+) \?=", fragment, re.M))


def test_the_examples_use_what_is_there():
    """The workflow gives inputs that there are, the job sets such variables, and the hook exists."""
    action = yaml.safe_load((ROOT / "ci/github/action.yml").read_text(encoding="utf-8"))
    steps = yaml.safe_load(WORKFLOW)["jobs"]["gate"]["steps"]
    (own,) = [step for step in steps if step.get("uses") == "OWNER/vtsc/ci/github@REV"]
    assert own["with"].keys() <= action["inputs"].keys()
    template = yaml.safe_load((ROOT / "ci/gitlab/vtsc.yml").read_text(encoding="utf-8"))
    assert yaml.safe_load(JOB)["vtsc"]["variables"].keys() <= template["vtsc"]["variables"].keys()
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repository,) = yaml.safe_load(HOOK)["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in hooks]
