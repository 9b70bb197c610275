"""The README's section "In your own repository", done as a new user would, from the wheel to a green gate."""

import re
import tomllib

import pytest

from tests.support.fresh import fresh
from tests.support.paths import ROOT
from tools.sessions import BLOCK, commands, rewritten

README = (ROOT / "README.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(r"^## In your own repository\n(.*?)^## ", README, re.M | re.S)
BLOCKS = BLOCK.findall(SECTION)


def test_it_takes_five_commands_at_most():
    """From ``pip install`` of this version's wheel to the first green gate; `echo` only shows a status."""
    asked = [c for kind, block in BLOCKS if kind == "console" for c, _ in commands(block)]
    needed = [command for command in asked if command != "echo $?"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert needed[0] == f"pip install ../vtsc-{project['version']}-py3-none-any.whl"
    assert len(needed) <= 5 and needed[-1] == "vtsc gate"


def test_the_files_that_it_names_are_there():
    """Each link leads to a file of this tree."""
    links = re.findall(r"\]\(((?!https:)[^)#]+)\)", SECTION)
    assert len(links) >= 4 and all((ROOT / link).is_file() for link in links)


@pytest.mark.hours
@pytest.mark.slow
def test_outputs_are_those_of_the_commands(tmp_path):
    """In a folder with nothing in it, in an environment without vtsc: a red run, an edit, a green run."""
    environment = fresh(tmp_path)
    (tmp_path / environment.wheel.name).symlink_to(environment.wheel)
    repository = tmp_path / "repository"
    repository.mkdir()
    variables = environment.variables(tmp_path / "cache")
    assert rewritten(SECTION, repository, variables) == SECTION
    made = {path.name for path in repository.iterdir()}
    assert made - {"__pycache__"} == {"my_patch.py", "checks.toml", "build"}
