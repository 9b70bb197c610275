"""The files of a content as one archive, which is unpacked where the work is done."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError
from vtsc.content.checked import PACKAGES
from vtsc.content.content import Content, OwnDesign

EVIDENCE = ("proofs", "counterexamples")
"""Folders beside the packages whose files may be read while a cell is decided."""
ROOT = b"[tool.vtsc]\nroot = true\n"
"""The pyproject.toml that makes the unpacked folder a root."""


@dataclass(frozen=True)
class Parcel:
    """The files of a content below its root, and the modules that are loaded before work begins."""

    archive: bytes
    modules: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name of the parcel: equal parcels have equal names."""
        sha = hashlib.sha256(self.archive)
        for module in self.modules:
            sha.update(b"\0" + module.encode())
        return sha.hexdigest()[:32]


@dataclass(frozen=True)
class Own:
    """A design in a file of its own: the user's name for the file, and its text."""

    asked: str
    text: bytes
    other: bool
    """Whether a manifest names it, and not the command line."""


def packed(content: Content, packages: Sequence[str] = ()) -> bytes:
    """The archive of a content, and of further packages of its root: the same files make the same bytes."""
    files = {"pyproject.toml": ROOT}
    for package in (*PACKAGES, *packages):
        files |= _files(content.root, package, "*.py")
    for folder in EVIDENCE:
        files |= _files(content.root, folder, "*.*")
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:") as archive:
        for name, text in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    return held.getvalue()


def _files(root: Path, folder: str, pattern: str) -> dict[str, bytes]:
    """The files of a folder below the root, by their paths below the root."""
    try:
        paths = [path for path in sorted((root / folder).rglob(pattern)) if path.is_file()]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise BadFileError(f"{error.filename}: {error.strerror}") from None


def packages_of(content: Content, run: Callable[[Any], Any]) -> tuple[str, ...]:
    """The package that does some work, where it is one of the root that no worker has otherwise."""
    while isinstance(run, partial):
        run = run.func
    package = run.__module__.partition(".")[0]
    has_own = package not in (*PACKAGES, "vtsc") and (content.root / package).is_dir()
    return (package,) if has_own else ()


def own_of(content: Content) -> tuple[Own, ...]:
    """The designs in files of their own that a content has."""
    return tuple(_own(each, each is not content.own) for each in content.files)


def _own(design: OwnDesign, other: bool) -> Own:
    try:
        return Own(design.asked, design.path.read_bytes(), other)
    except OSError as error:
        raise BadFileError(f"{design.asked}: {error.strerror}") from None


def unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive below a folder."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as held:
        held.extractall(folder, filter="data")
