"""Copies of the content, a file of which is changed."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write_changed(folder: Path, file: str, source: str) -> None:
    """Put the content into ``folder``, a root of its own, with another text of one design's file."""
    for part in ("model", "properties"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    (folder / "pyproject.toml").write_text("[tool.vtsc]\nroot = true\n", encoding="utf-8")
    (folder / f"model/designs/{file}.py").write_text(source, encoding="utf-8")
