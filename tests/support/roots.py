"""Copies of this checkout's content with a design of its own, as a user would have them."""

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.paths import ROOT

HEAD = """
from typing import Any

from model.designs.patch25 import Patch25
from model.designs.v2_6_37 import V2637
from vtsc.language import s64, u64

"""


def copied(folder: Path) -> Path:
    """A copy of the content in ``folder``, complete as a root, that a test may break."""
    for name in ("model", "properties"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@contextmanager
def loaded_afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Content is loaded as in a process of its own, and what was loaded before is put back."""
    before = {n: sys.modules.pop(n) for n in _of_content()}
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.invalidate_caches()
    yield
    for name in _of_content():
        del sys.modules[name]
    sys.modules.update(before)


def _of_content() -> list[str]:
    return [n for n in sys.modules if n.partition(".")[0] in ("model", "properties")]


def root_with(folder: Path, design: str, *, field: str = "") -> Path:
    """A root in ``folder`` whose only new design is the class ``Mine``, called ``mine``.

    ``design``: its source. ``field``: a line added to the fields of each vCPU.
    """
    folder.mkdir(exist_ok=True)
    copied(folder)
    (folder / "model/designs/mine.py").write_text(HEAD + design)
    registry = folder / "model/designs/__init__.py"
    text = registry.read_text()
    head, mark, rest = text.partition("CLASSES: ")
    assert mark and "= (" in rest
    added = "from model.designs.mine import Mine  # noqa: E402\n\n"
    registry.write_text(head + added + mark + rest.replace("= (", "= (Mine, ", 1))
    if field:
        state = folder / "model/state.py"
        head, mark, rest = state.read_text().partition("    loaded: bool = flag(")
        assert mark
        state.write_text(f"{head}    {field}\n{mark}{rest}")
    return folder
