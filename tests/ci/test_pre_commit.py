"""The hook for pre-commit, run by pre-commit in real repositories."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.paths import ROOT

HOOKS = ROOT / ".pre-commit-hooks.yaml"
CONFIG = """\
repos:
  - repo: {hooks}
    rev: {rev}
    hooks:
      - id: vtsc-gate
        language: system
"""


@pytest.fixture
def run(tmp_path):
    """Run a command in a folder, with the programs of this environment and a home of its own."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    variables |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }
    for who in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{who}_NAME": "Nobody", f"GIT_{who}_EMAIL": "nobody@example.org"}

    def command(place, *words):
        return subprocess.run(
            words,
            cwd=place,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    return command


def committed(run, place, *names):
    """A repository of some files at their first commit; the commit."""
    run(place, "git", "init", "-q")
    run(place, "git", "add", *names)
    done = run(place, "git", "commit", "-qm", "first")
    assert done.returncode == 0, done.stdout
    return run(place, "git", "rev-parse", "HEAD").stdout.strip()


def test_the_hook_is_well_formed(run):
    """By pre-commit's own check; it takes no file names, since the manifest says what to decide."""
    assert run(ROOT, "pre-commit", "validate-manifest", str(HOOKS)).returncode == 0
    (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    assert not hook["pass_filenames"] and hook["language"] == "python"


@pytest.mark.hours
@pytest.mark.slow
def test_a_commit_that_breaks_a_verdict_is_refused(repository, run, spoil, tmp_path):
    """The hook comes from another repository; it runs if a design or a manifest changes, and only then."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / HOOKS.name).write_bytes(HOOKS.read_bytes())
    text = CONFIG.format(hooks=hooks, rev=committed(run, hooks, "."))
    (repository / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    (repository / ".gitignore").write_text("build/\n__pycache__/\n", encoding="utf-8")
    committed(run, repository, ".")
    assert run(repository, "pre-commit", "install").returncode == 0
    (repository / "README.md").write_text("Nothing to decide.\n", encoding="utf-8")
    skipped = run(repository, "git", "commit", "-am", "words")
    assert skipped.returncode == 0 and "(no files to check)Skipped" in skipped.stdout
    spoil()
    refused = run(repository, "git", "commit", "-am", "a verdict")
    assert refused.returncode == 1
    assert "vtsc gate......" in refused.stdout and "- exit code: 10" in refused.stdout
    assert "no-odd sc never_torn [1]: VIOLATED(5) step 1, first [violated]" in refused.stdout


@pytest.mark.hours
@pytest.mark.slow
def test_pre_commit_installs_vtsc_by_itself(repository, run, tmp_path):
    """As a user has it: pre-commit makes an environment from a clone. This needs a network."""
    committed(run, repository, ".")
    clone = tmp_path / "clone"
    done = run(tmp_path, "git", "clone", "-q", str(ROOT), str(clone))
    assert done.returncode == 0, done.stdout
    (clone / HOOKS.name).write_bytes(HOOKS.read_bytes())
    done = run(repository, "pre-commit", "try-repo", str(clone), "vtsc-gate", "--all-files")
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout
