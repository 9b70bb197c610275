"""The size of the project: text that was generated or recorded stays small beside what people wrote."""

import subprocess
from pathlib import PurePosixPath

import pytest

from tests.support.paths import ROOT

WRITTEN = {
    ".py",
    ".pyi",
    ".md",
    ".css",
    ".js",
    "Makefile",
    "LICENSE",
    "pyproject.toml",
    ".gitignore",
    "run",
} | {".c", ".litmus", ".mk", ".yaml", ".yml"}
"""Kinds of files, and files, that people write; all others count as generated or recorded."""


def tracked() -> dict[str, int]:
    """The lines of every file that git tracks, by its path."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    files = [(name, ROOT / name) for name in names]
    return {name: path.read_bytes().count(b"\n") for name, path in files if path.is_file()}


def is_written(name: str) -> bool:
    """Whether people write such a file."""
    path = PurePosixPath(name)
    folders = ("claims", "recipes", "schemas")
    return path.parent.name in folders or bool({path.suffix, path.name} & WRITTEN)


def test_there_is_little_generated_text():
    """Under 5,000 lines: saved traces, the example's questions, recorded proofs and traces, and so on."""
    found = {name: lines for name, lines in tracked().items() if not is_written(name)}
    assert "docs/example-certificate/step.smt2" in found
    assert sum(found.values()) < 5_000, sorted(found.items(), key=lambda x: -x[1])[:10]


def test_the_tree_is_small():
    """Under 126,500 lines in all."""
    assert sum(tracked().values()) < 126_500
