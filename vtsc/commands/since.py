"""``vtsc gate --since REV``: name the cells that changes since a commit can affect; nothing is decided.

The commit's content, manifest and design files are unpacked in a folder, and a process of its own finds the
footprints of all cells in it, as this process finds them in the content of today. Where the manifest is in a
repository that the content is no part of, such as one that takes the content from the wheel, the content is
that of today.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import vtsc
from vtsc.base.errors import Exit, UsageError, VtscError
from vtsc.content.budget import NAMES
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.footprint import Footprints
from vtsc.content.loader import load
from vtsc.content.manifest import Manifest, load_manifest
from vtsc.report.screen import put
from vtsc.report.text.since import told

CONTENT = ("model", "properties", "pyproject.toml")
DESIGNS = ("*.py",)
"""Files in which a manifest's designs may be."""
CHILD = "from vtsc.commands.since import child; child()"
CHECKER = Path(vtsc.__file__).parent
Known = dict[str, Any]
"""For the name of each cell: its footprint, and what the manifest says of it."""


def since(content: Content, manifest: Manifest, path: Path, arguments: argparse.Namespace) -> Exit:
    """Print the name of each cell that can be affected, with the reason, and how many there are."""
    git = _Git(_place(content, path), arguments.since)
    cells = {_name(check.cell): check.cell for check in manifest.checks}
    now = _known(content, manifest, cells)
    everything = "the checker has changed" if git.differs(CHECKER) else ""
    before = {} if everything else _before(git, content.root, path, cells)
    reasons = {
        cell: everything or _why(before.get(name), now[name]) for name, cell in cells.items()
    }
    affected = {cell: why for cell, why in reasons.items() if why}
    commit = f"{arguments.since} ({git.commit[:12]})"
    put(told(content, affected, len(cells), commit), arguments.output)
    return Exit.OK


def _place(content: Content, path: Path) -> Path:
    """The folder whose repository is asked: that of the manifest, or the root where the former is in none."""
    folder = path.resolve().parent
    if content.where == "bundled" or git_says(folder, "rev-parse", "--show-toplevel") is not None:
        return folder
    return content.root


def _why(before: Any, now: Any) -> str:
    """The reason why a cell can be affected; empty where it cannot be."""
    if before is None:
        return "it could not be asked about then"
    if None in (before["rules"], now["rules"]) or before["rules"] != now["rules"]:
        return "what it rests on has changed"
    if before["check"] is None:
        return "it is new in the manifest"
    return (
        ""
        if before["check"] == now["check"]
        else "its depth, expected verdict or limits have changed"
    )


def _known(content: Content, manifest: Manifest, cells: Mapping[str, Cell]) -> Known:
    """What is known of cells in a content."""
    footprints = Footprints(content)
    limits = [getattr(manifest.budget, name) for name in NAMES]
    checks = {_name(c.cell): [c.depth, c.expected, limits] for c in manifest.checks}
    found = {}
    for name, cell in cells.items():
        try:
            rules = footprints.of(Case.of(content, cell), [cell.property]).rules
        except (Exception, SystemExit):  # a model may do anything
            rules = None
        found[name] = {"rules": rules, "check": checks.get(name)}
    return found


def _name(cell: Cell) -> str:
    return json.dumps([cell.design, cell.host, cell.property, cell.settings.texts()])


def _before(git: "_Git", root: Path, path: Path, cells: Mapping[str, Cell]) -> Known:
    """What is known of cells in the content of the commit; empty where that cannot be loaded."""
    with tempfile.TemporaryDirectory(prefix="vtsc-since-") as folder:
        then, files = Path(folder) / "root", Path(folder) / "files"
        if not git.has(root / CONTENT[0]):
            then = root
        elif not git.unpacked(root, CONTENT, then):
            return {}
        git.unpacked(None, DESIGNS, files)
        manifest, text = files / (git.inside(path) or path.name), git.text(path)
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_bytes(path.read_bytes() if text is None else text)
        given = {"root": str(then), "manifest": str(manifest), "cells": [*cells]}
        done = subprocess.run(
            [sys.executable, "-P", "-c", CHILD],
            input=json.dumps(given),
            env={**os.environ, "PYTHONPATH": str(CHECKER.parent)},
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        found: Known = json.loads(done.stdout)
    except ValueError:  # it is no content that this checker reads
        return {}
    return found


def child() -> None:
    """Read a root, a manifest and the names of cells, and write what is known of them."""
    given = json.load(sys.stdin)
    manifest = load_manifest(load(given["root"]), Path(given["manifest"]), complete=False)
    content, cells = manifest.content, {}
    for name in given["cells"]:
        design, host, prop, texts = json.loads(name)
        try:
            settings = content.model.check(design, {k: str(v) for k, v in texts.items()})
        except VtscError:  # a parameter or a design that came later
            continue
        if host in content.model.hosts and prop in content.properties:
            cells[name] = Cell(design, host, prop, settings)
    json.dump(_known(content, manifest, cells), sys.stdout)


class _Git:
    """A commit of the repository that a folder belongs to."""

    def __init__(self, folder: Path, rev: str) -> None:
        """Raises `UsageError` where there is no git, no repository, or no such commit."""
        try:
            subprocess.run(["git", "--version"], capture_output=True, check=False)
        except OSError as error:
            raise UsageError(f"--since {rev}: git cannot be run: {error.strerror}") from None
        self._folder = folder
        top = self._asked("rev-parse", "--show-toplevel")
        if top is None:
            raise UsageError(f"--since {rev}: {folder} is in no git repository")
        self._top = Path(top.decode().strip())
        commit = self._asked(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"
        )
        if commit is None:
            raise UsageError(f"--since {rev}: the repository of {folder} has no such commit")
        self.commit = commit.decode().strip()

    def differs(self, folder: Path) -> bool:
        """Whether a folder differs from what it was, where it is a part of the repository at all."""
        name = self.inside(folder)
        if name is None or not self._asked("ls-tree", "-d", self.commit, f":(top){name}"):
            return False
        return self._asked("diff", "--quiet", self.commit, "--", f":(top){name}") is None

    def has(self, path: Path) -> bool:
        """Whether a file or folder is a part of the repository, in the commit or today."""
        name = self.inside(path)
        known = ("ls-tree", self.commit), ("ls-files",)
        return name is not None and any(self._asked(*w, "--", f":(top){name}") for w in known)

    def unpacked(self, place: Path | None, names: Sequence[str], folder: Path) -> bool:
        """Write files of a place, or of all, as they were, into a folder; false where one is missing."""
        prefix = None if place is None else self.inside(place)
        tree = self.commit if prefix in (None, "") else f"{self.commit}:{prefix}"
        packed = self._asked("archive", "--format=tar", tree, *names, at=self._top)
        if packed is None:
            return False
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        return True

    def text(self, path: Path) -> bytes | None:
        """The text of a file as it was; None where it is no file of the commit."""
        name = self.inside(path)
        return None if name is None else self._asked("show", f"{self.commit}:{name}")

    def inside(self, path: Path) -> str | None:
        """A path from the top of the repository on; None for one that is elsewhere."""
        found = path.resolve()
        if not found.is_relative_to(self._top):
            return None
        name = found.relative_to(self._top).as_posix()
        return "" if name == "." else name

    def _asked(self, *words: str, at: Path | None = None) -> bytes | None:
        return git_says(at or self._folder, *words)


def git_says(folder: Path, *words: str) -> bytes | None:
    """What git answers in a folder; None where it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
