"""Files that cannot be written or read, or are not what they were: nothing wrong, nothing half-written."""

import errno
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.support.faults import ONE, SMALL, THREE, TWO, Place
from vtsc.base.errors import UsageError
from vtsc.base.files import write_whole


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB, where one can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    yield from mounted(folder, "-osize=64k")


@pytest.fixture
def read_only(tmp_path):
    """A folder in which nobody can write, root included, where one can be mounted."""
    folder = tmp_path / "fixed"
    folder.mkdir()
    yield from mounted(folder, "-osize=64k,ro")


def mounted(folder, options):
    """The folder, with a file system of its own."""
    mount = ["mount", "-t", "tmpfs", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a file system, and not everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.hours
def test_a_damaged_cache_is_not_believed(tmp_path, decided):
    """Cut short, empty, garbage, or another entry's content: the report is that of a new cache."""
    cache, report = decided
    place = Place(tmp_path, ONE + TWO)
    shutil.copytree(cache, tmp_path / "cache")
    entries = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert len(entries) > 4
    texts = [path.read_bytes() for path in entries]
    for number, path in enumerate(entries):
        other = texts[number - 1]
        damage = (texts[number][: len(texts[number]) // 2], b"", b"\xff\x00{", other)
        path.write_bytes(damage[number % len(damage)])
    assert place.gate("-j2")[:2] == (0, report)


def test_a_manifest_that_is_cut_short(tmp_path):
    """Wherever a manifest ends too early: one line and exit 3, unless what is left is a whole manifest."""
    program = (
        "import sys\nfrom vtsc.base.errors import BadFileError\n"
        "from vtsc.content.loader import load\nfrom vtsc.content.manifest import load_manifest\n"
        "from pathlib import Path\ncontent = load(sys.argv[1])\npath = Path(sys.argv[2])\n"
        "text = path.read_text()\nwhole = 0\n"
        "for end in range(len(text) + 1):\n"
        "    path.write_text(text[:end])\n"
        "    try:\n        whole += len(load_manifest(content, path).checks) > 0\n"
        "    except BadFileError as error:\n"
        "        assert str(path) in str(error) and error.status == 3, error\n"
        "print(whole)\n"
    )
    (tmp_path / "checks.toml").write_text(THREE, encoding="utf-8")
    command = [sys.executable, "-c", program, str(SMALL), str(tmp_path / "checks.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 3 <= int(done.stdout) < len(THREE) // 2, done.stdout


@pytest.mark.hours
def test_a_full_disk(tmp_path, small_disk, whole):
    """A cache on it keeps what fits; a report that does not fit is exit 2, one line, and not half there."""
    place = Place(tmp_path / "own", ONE + TWO, cache=small_disk)
    fill(small_disk, but=8192)
    assert place.gate()[:2] == (0, whole)
    for entry in small_disk.rglob("*.json"):
        json.loads(entry.read_text(encoding="utf-8"))
    fill(small_disk, but=0)
    status, _, complaint = place.gate("-o", str(small_disk / "report.json"))
    assert (status, len(complaint.splitlines())) == (2, 1), complaint
    assert complaint.startswith("vtsc: cannot write ")
    assert not (small_disk / "report.json").exists()
    assert not [path for path in small_disk.rglob(".*") if path.is_file()]


def fill(disk, but):
    """Leave so many bytes free."""
    found = os.statvfs(disk)
    free = found.f_bavail * found.f_frsize
    assert free > but or not but
    (disk / f"ballast{but}").write_bytes(b"x" * max(0, free - but))


@pytest.mark.hours
def test_a_cache_that_cannot_be_written(tmp_path, read_only, whole):
    """The report is as always, and nothing is complained of."""
    place = Place(tmp_path / "own", ONE + TWO, cache=read_only)
    assert place.gate() == (0, whole, "")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_file_that_cannot_be_finished_is_not_begun(tmp_path, monkeypatch, number):
    """The file before it is as it was, and no temporary file stays behind."""
    path = tmp_path / "file"
    path.write_text("before", encoding="utf-8")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UsageError, match="cannot write"):
        write_whole(path, "after")
    assert [p.name for p in tmp_path.iterdir()] == ["file"] and path.read_text() == "before"


def test_ctrl_c_while_a_file_is_written(tmp_path, monkeypatch):
    """No temporary file stays behind then, either."""

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", "text")
    assert not [*tmp_path.iterdir()]


@pytest.mark.hours
def test_two_gates_in_one_cache(tmp_path, whole):
    """At once, also with reports in one folder: both report what one does, as does the gate after them."""
    places = [Place(tmp_path / name, ONE + TWO, tmp_path / "cache") for name in ("a", "b")]
    both = [place.start("--save", str(tmp_path / "report")) for place in places]
    for process in both:
        out, complaints = process.communicate(timeout=300)
        assert (process.returncode, complaints) == (0, "")
        assert out == whole
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "cache/vtsc/decided").iterdir()}
    assert len(kept) == 2 and places[0].gate()[:2] == (0, whole)
    assert kept == {p: p.stat().st_mtime_ns for p in kept}
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]
