"""A content that passed the syntax check is remembered, by all that the check depends on."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.content import digest as of_files
from vtsc.content import syntax
from vtsc.content.checked import PACKAGES, digests, ensure
from vtsc.content.digest import digest, statements
from vtsc.content.reading import sources
from vtsc.content.reading.sources import Sources

DESIGNS = "model/designs.py"


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A copy of the example, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return shutil.copytree(ROOT / "examples/seqcount", tmp_path / "root")


@pytest.fixture
def checks(monkeypatch) -> list[Sources]:
    """The contents that were checked."""
    done: list[Sources] = []
    check = syntax.check_sources

    def noted(read: Sources) -> object:
        done.append(read)
        return check(read)

    monkeypatch.setattr(syntax, "check_sources", noted)
    return done


def test_what_passed_is_not_checked_again(root, checks):
    """Until a file of it changes, and then it is."""
    ensure(root)
    ensure(root)
    assert len(checks) == 1
    path = root / DESIGNS
    path.write_text(path.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    ensure(root)
    assert len(checks) == 2


def test_what_did_not_pass_is_refused_each_time(root, checks):
    """With its line."""
    path = root / DESIGNS
    path.write_text(path.read_text(encoding="utf-8") + "\nimport os\n", encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())
    for _ in range(2):
        with pytest.raises(BadFileError, match=f"^{DESIGNS}:{line}: import of os: "):
            ensure(root)
    assert len(checks) == 2


def test_a_design_of_its_own_is_a_rule(root, tmp_path):
    """It is read as those below the root are, and named as the user named it."""
    design = tmp_path / "mine.py"
    text = "from model.designs import Design\n\n\nclass Mine(Design):\n"
    text += "    def close(self, page, update):\n        page.version = page.version / 2\n"
    design.write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError, match=r"mine\.py:6: `/`: write cdiv\(a, b\)"):
        ensure(root, design)


@pytest.mark.parametrize("kind", ["pipe", "folder", "file"])
def test_a_cache_that_is_none_is_no_matter(root, checks, tmp_path, kind):
    """Where nothing can be remembered, it is checked each time."""
    ensure(root)
    (place,) = (tmp_path / "cache/vtsc").iterdir()
    place.unlink()
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.parent.rmdir()
        place.parent.write_text("", encoding="utf-8")
    ensure(root)
    ensure(root)
    assert len(checks) == 3


def test_what_is_checked_is_read_once(root, monkeypatch):
    """Each file is parsed once, for the check and for the uses of numbers."""
    parsed: list[Path] = []
    read = sources.read

    def noted(file: sources.File) -> sources.Module:
        parsed.append(file.path)
        return read(file)

    monkeypatch.setattr(sources, "read", noted)
    ensure(root)()
    assert parsed and len(parsed) == len(set(parsed))
    ensure(root)()
    assert len(parsed) == len(set(parsed))


def test_digests_are_those_of_the_files(root, monkeypatch):
    """Also where they are remembered, without taking a file apart; an entry that is not whole is ignored."""
    read: list[str] = []

    def noted(text: str) -> object:
        read.append(text)
        return statements(text)

    monkeypatch.setattr(of_files, "statements", noted)
    found = {package: digest(root, package) for package in PACKAGES}
    each = len(read)
    assert digests(root) == found and len(read) == 2 * each
    assert digests(root) == found and len(read) == 2 * each
    (kept,) = (root.parent / "cache/vtsc").glob("*.digests")
    kept.write_text(kept.read_text("utf-8").replace(found["model"], "0" * 16), encoding="utf-8")
    assert digests(root) == found and len(read) == 3 * each
    path = root / DESIGNS
    path.write_text(path.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    assert digests(root)["model"] == digest(root) != found["model"]
