"""Evidence in one file: an archive that is the same, byte for byte, whenever and wherever it is packed."""

import io
import lzma
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vtsc.base.errors import BadFileError

SUFFIX = ".tar.xz"
LIMIT = 2**26
"""The most bytes that an archive may unpack to."""
MEMORY = 2**27
"""The most bytes of memory that unpacking may take besides."""
BLOCK = 2**16
RECORD = 512
"""The bytes of a record. A tar archive consists of records: headers, and files padded with zeros."""
PART = re.compile(r"[A-Za-z0-9_=+-][A-Za-z0-9._=+-]*")
"""A part of a path in an archive."""


def packed(folder: Path) -> bytes:
    """All files below ``folder``, sorted, without times and owners."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            data = path.read_bytes()
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    return lzma.compress(tar.getvalue(), preset=9, check=lzma.CHECK_CRC32)


def unpack(archive: Path, into: Path) -> None:
    """Write the files of ``archive`` below the folder ``into``, and nothing anywhere else.

    Raises `BadFileError`, and writes nothing, if ``archive`` is no archive, holds anything but
    plain files with plain names, or unpacks to more than `LIMIT`.
    """
    try:
        files = _files(archive)
    except OSError as error:
        raise BadFileError(f"{archive}: {error.strerror}") from None
    except (lzma.LZMAError, ValueError) as error:
        raise BadFileError(f"{archive}: not an archive of evidence: {error}") from None
    for name, data in files.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _files(archive: Path) -> dict[str, bytes]:
    """The files of an archive by name; raises `ValueError` for those that are not accepted."""
    found: dict[str, bytes] = {}
    for name, data in _members(_decompressed(archive)):
        if not all(map(PART.fullmatch, name.split("/"))):
            raise ValueError(f"{name!r} is not a plain name")
        if name in found:
            raise ValueError(f"{name} is there twice")
        found[name] = data
    for name in sorted(
        {str(p) for path in found for p in PurePosixPath(path).parents} & set(found)
    ):
        raise ValueError(f"{name} is a file and a folder")
    return found


def _members(tar: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a tar archive as `packed` makes them; raises `ValueError` for all else.

    Links, folders, devices and extensions of the format have no place in one, so they are not even read.
    """
    at = 0
    while any(header := tar[at : at + RECORD]):
        if len(header) < RECORD or header[257:265] != b"ustar\x0000":
            raise ValueError("not a ustar archive")
        if int(header[148:154], 8) != sum(header) - sum(header[148:156]) + 8 * ord(" "):
            raise ValueError("a header is damaged")
        name, prefix = (part.rstrip(b"\0").decode() for part in (header[:100], header[345:500]))
        name = f"{prefix}/{name}" if prefix else name
        if header[156:157] != b"0":
            raise ValueError(f"{name!r} is not a plain file")
        size = int(header[124:135], 8)
        first = at + RECORD
        if size < 0 or first + size > len(tar):
            raise ValueError(f"{name!r} is cut short")
        yield name, tar[first : first + size]
        at = first + -(-size // RECORD) * RECORD


def _decompressed(archive: Path) -> bytes:
    """The content of a compressed file; raises `ValueError` where it is more than `LIMIT`."""
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY)
    found = bytearray()
    with archive.open("rb") as file:
        while not decompressor.eof:
            block = file.read(BLOCK) if decompressor.needs_input else b""
            if decompressor.needs_input and not block:
                raise ValueError("it ends too early")
            found += decompressor.decompress(block, BLOCK)
            if len(found) > LIMIT:
                raise ValueError(f"it unpacks to more than {LIMIT} bytes")
        if decompressor.unused_data or file.read(1):
            raise ValueError("something follows after its end")
    return bytes(found)
