"""Archives of evidence: always the same bytes, and unpacking one never reaches beyond its folder."""

import io
import lzma
import os
import tarfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.cli import main
from vtsc.evidence.archive import LIMIT, packed, unpack

FILES = {"b/c.d=1-2/manifest.json": "{}\n", "b/c.d=1-2/step.smt2": "(check-sat)\n", "a/x.json": ""}


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with some files, one of them empty and one with a long path."""
    for name, text in {**FILES, f"{'long' * 20}/{'name' * 20}.smt2": "x" * 1024}.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "folder"


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def tar_of(*members: tuple[str, bytes, bytes], fmt: int = tarfile.USTAR_FORMAT) -> bytes:
    """A compressed archive of members: name, type, content."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=fmt) as tar:
        for name, kind, data in members:
            member = tarfile.TarInfo(name)
            member.type, member.size = kind, len(data)
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                member.linkname, member.size = "/etc/passwd", 0
            tar.addfile(member, io.BytesIO(data))
    return lzma.compress(made.getvalue())


def test_what_is_packed_comes_back(folder, tmp_path):
    """Every file with its content."""
    (tmp_path / "a.tar.xz").write_bytes(packed(folder))
    unpack(tmp_path / "a.tar.xz", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(folder)


def test_times_owners_and_order_do_not_matter(folder, tmp_path):
    """A copy made in another order, with other times and rights, packs to the same bytes."""
    for name, data in sorted(contents(folder).items(), reverse=True):
        path = tmp_path / "copy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o600)
        os.utime(path, (1, 1))
    assert packed(tmp_path / "copy") == packed(folder)


GOOD = ("a/b", tarfile.REGTYPE, b"text")
BAD = {
    "text": (b"no archive", "not an archive of evidence"),
    "empty": (b"", "it ends too early"),
    "cut": (tar_of(GOOD)[:-20], "it ends too early"),
    "more": (tar_of(GOOD) + b"more", "something follows after its end"),
    "twice": (tar_of(GOOD) * 2, "something follows after its end"),
    "up": (tar_of(("../evil", tarfile.REGTYPE, b"")), "'../evil' is not a plain name"),
    "inside": (tar_of(("a/../../evil", tarfile.REGTYPE, b"")), "is not a plain name"),
    "root": (tar_of(("/tmp/evil", tarfile.REGTYPE, b"")), "'/tmp/evil' is not a plain name"),
    "hidden": (tar_of((".profile", tarfile.REGTYPE, b"")), "is not a plain name"),
    "link": (tar_of(("a", tarfile.SYMTYPE, b""), GOOD), "'a' is not a plain file"),
    "hard": (tar_of(("a", tarfile.LNKTYPE, b"")), "'a' is not a plain file"),
    "folder": (tar_of(("a", tarfile.DIRTYPE, b"")), "'a/' is not a plain file"),
    "device": (tar_of(("a", tarfile.CHRTYPE, b"")), "'a' is not a plain file"),
    "sparse": (tar_of(("a", tarfile.GNUTYPE_SPARSE, b"")), "'a' is not a plain file"),
    "same": (tar_of(GOOD, GOOD), "a/b is there twice"),
    "both": (tar_of(GOOD, ("a", tarfile.REGTYPE, b"")), "a is a file and a folder"),
    "gnu": (tar_of(GOOD, fmt=tarfile.GNU_FORMAT), "not a ustar archive"),
    "nothing": (lzma.compress(b"x" * 512), "not a ustar archive"),
    "bomb": (lzma.compress(bytes(LIMIT + 1)), "it unpacks to more than"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_one_line_and_writes_nothing(tmp_path, capsys, name):
    """Exit status 3; neither inside the folder nor outside of it is anything left."""
    data, reason = BAD[name]
    archive = tmp_path / "bad.tar.xz"
    archive.write_bytes(data)
    with pytest.raises(BadFileError, match="not an archive of evidence") as caught:
        unpack(archive, tmp_path / "into")
    assert reason in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["bad.tar.xz"]
    assert main(["certify", str(archive), "--root", str(ROOT)]) == 3
    said = capsys.readouterr().err
    assert (
        said.startswith(f"vtsc: {archive}: not an archive of evidence: ") and said.count("\n") == 1
    )


@pytest.mark.parametrize("at", [0, 124, 130, 148, 156, 257, 345])
def test_a_damaged_header_is_noticed(folder, tmp_path, at):
    """One byte of a name, a size, a sum, a type, the format or a prefix."""
    tar = bytearray(lzma.decompress(packed(folder)))
    tar[at] ^= 1
    (tmp_path / "bad.tar.xz").write_bytes(lzma.compress(tar))
    with pytest.raises(BadFileError, match="not an archive of evidence"):
        unpack(tmp_path / "bad.tar.xz", tmp_path / "into")


def test_a_file_longer_than_the_archive_is_refused(tmp_path):
    """The size in a header is not believed."""
    whole = lzma.decompress(tar_of(("a", tarfile.REGTYPE, b"x" * 2000)))
    (tmp_path / "bad.tar.xz").write_bytes(lzma.compress(whole[:1024]))
    with pytest.raises(BadFileError, match="'a' is cut short"):
        unpack(tmp_path / "bad.tar.xz", tmp_path / "into")


def test_what_is_neither_a_folder_nor_an_archive(tmp_path, capsys):
    """One line each, exit status 3."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for name, reason in (("file", "neither a folder nor"), ("none", "no such folder or archive")):
        assert main(["certify", str(tmp_path / name), "--root", str(ROOT)]) == 3
        assert reason in capsys.readouterr().err
