"""Where things are in this checkout."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The root of the checkout."""
TEXTS = {
    ".cff",
    ".json",
    ".litmus",
    ".md",
    ".mk",
    ".py",
    ".pyi",
    ".sh",
    ".smt2",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    "",
}
"""The suffixes of text files."""
MADE = {"__pycache__", "build", "dist"}
"""Folders that tools make; so are those whose names begin with a dot."""


def texts() -> Iterator[Path]:
    """Every text file of the project, in order of its path."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(n for n in inner if n not in MADE and (n == ".ci" or n[0] != "."))
        paths = (Path(folder, name) for name in sorted(names) if name[0] != ".")
        yield from (path for path in paths if path.suffix in TEXTS)
