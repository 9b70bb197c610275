"""``vtsc gate --since REV``: name the cells that what changed since a commit can affect; nothing is decided.

The commit's content is unpacked in a folder, and a process of its own finds the footprints of all cells in
it, as this process finds them in the content of today.
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
CHILD = "from vtsc.commands.since import child; child()"
CHECKER = Path(vtsc.__file__).parent
Known = dict[str, Any]
"""For the name of each cell: its footprint, and what the manifest says of it."""


def since(content: Content, manifest: Manifest, path: Path, arguments: argparse.Namespace) -> Exit:
    """Print the name of each cell that can be affected, with the reason, and how many there are."""
    git = _Git(content.root, arguments.since)
    cells = {_name(check.cell): check.cell for check in manifest.checks}
    now = _known(content, manifest, cells)
    everything = "the checker has changed" if git.differs(CHECKER) else ""
    before = {} if everything else _before(git, path, cells)
    reasons = {
        cell: everything or _why(before.get(name), now[name]) for name, cell in cells.items()
    }
    affected = {cell: why for cell, why in reasons.items() if why}
    commit = f"{arguments.since} ({git.commit[:12]})"
    put(told(content, affected, len(cells), commit), arguments.output)
    return Exit.OK


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


def _before(git: "_Git", path: Path, cells: Mapping[str, Cell]) -> Known:
    """What is known of cells in the content of the commit; empty where that cannot be loaded."""
    with tempfile.TemporaryDirectory(prefix="vtsc-since-") as folder:
        root, manifest = Path(folder) / "root", Path(folder) / "manifest.toml"
        if not git.unpacked(CONTENT, root):
            return {}
        text = git.text(path)
        manifest.write_bytes(path.read_bytes() if text is None else text)
        given = {"root": str(root), "manifest": str(manifest), "cells": [*cells]}
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
    """A commit of the repository that a root belongs to."""

    def __init__(self, root: Path, rev: str) -> None:
        """Raises `UsageError` where there is no git, no repository, or no such commit."""
        self._root = root
        self._rev = rev
        top = self._asked("rev-parse", "--show-toplevel")
        if top is None:
            raise UsageError(f"--since {rev}: {root} is in no git repository")
        self._top = Path(top.decode().strip())
        commit = self._asked(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"
        )
        if commit is None:
            raise UsageError(f"--since {rev}: the repository of {root} has no such commit")
        self.commit = commit.decode().strip()

    def differs(self, folder: Path) -> bool:
        """Whether a folder differs from what it was, where it is a part of the repository at all."""
        name = self._inside(folder)
        if name is None or not self._asked("ls-tree", "-d", self.commit, f":(top){name}"):
            return False
        return self._asked("diff", "--quiet", self.commit, "--", f":(top){name}") is None

    def unpacked(self, names: Sequence[str], folder: Path) -> bool:
        """Write files and folders of the root, as they were, into a folder; false where one is missing."""
        prefix = self._inside(self._root)
        tree = self.commit if prefix in (None, "") else f"{self.commit}:{prefix}"
        packed = self._asked("archive", "--format=tar", tree, *names, at=self._top)
        if packed is None:
            return False
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        return True

    def text(self, path: Path) -> bytes | None:
        """The text of a file as it was; None where it is no file of the commit."""
        name = self._inside(path)
        return None if name is None else self._asked("show", f"{self.commit}:{name}")

    def _inside(self, path: Path) -> str | None:
        """A path from the top of the repository on; None for one that is elsewhere."""
        found = path.resolve()
        if not found.is_relative_to(self._top):
            return None
        name = found.relative_to(self._top).as_posix()
        return "" if name == "." else name

    def _asked(self, *words: str, at: Path | None = None) -> bytes | None:
        """What git answers; None where it fails. Raises `UsageError` where there is no git."""
        try:
            done = subprocess.run(
                ["git", "-C", str(at or self._root), *words], capture_output=True, check=False
            )
        except OSError as error:
            raise UsageError(f"--since {self._rev}: git cannot be run: {error.strerror}") from None
        return done.stdout if done.returncode == 0 else None
