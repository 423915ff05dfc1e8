"""An archive as people and attackers pack it."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from core.archive import members
from core.errors import UnusableArchive

ROOT = Path(__file__).resolve().parents[2]


CAKES = {
    "cakes/one.jpg": b"\xff\xd8" + bytes(range(256)) * 300,
    "cakes/two.jpg": b"",
    "labels.txt": b"0 cake\n1 not cake\n",
}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a TAR archive of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gzipped_tar(files: dict[str, bytes]) -> bytes:
    """Return a TAR.GZ archive of these files."""
    return gzip.compress(tarred(files), 1)


PACKERS: list[Callable[[dict[str, bytes]], bytes]] = [zipped, tarred, gzipped_tar]


every_kind = pytest.mark.parametrize("pack", PACKERS, ids=["zip", "tar", "tar.gz"])


def read(data: bytes, **limits: object) -> dict[str, bytes]:
    """Return what comes out of an archive."""
    return {member.name: member.data for member in members(io.BytesIO(data), **limits)}  # type: ignore[arg-type]


def refuse(data: bytes, words: str, **limits: object) -> None:
    """Fail unless the archive is refused, with a sentence in these words, both ways."""
    with pytest.raises(UnusableArchive, match=rf"(?i){words}.*[.]$"):
        read(data, **limits)


_part = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\:"),
    min_size=1,
    max_size=60,
).filter(lambda part: part not in (".", "..", "__MACOSX", ".DS_Store") and part[:2] != "._")


_names = st.lists(_part, min_size=1, max_size=4).map("/".join)


def local(name: bytes, data: bytes) -> bytes:
    """Return a stored file as it stands in a ZIP, header and data."""
    sizes = (zlib.crc32(data), len(data), len(data), len(name), 0)
    return struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, *sizes) + name + data


def listed(body: bytes, *files: tuple[bytes, bytes, int]) -> bytes:
    """Return a ZIP with this body and a list naming (name, data, where) of each file."""
    lines = b""
    for name, data, where in files:
        sizes = (zlib.crc32(data), len(data), len(data), len(name))
        lines += struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, *sizes, 0, 0, 0, 0, 0, where)
        lines += name
    count = len(files)
    return body + lines + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(lines), len(body), 0)


def patched(data: bytes, start: bytes, offset: int, form: str, value: int) -> bytes:
    """Return an archive with another number at this place of each header of one sort."""
    out = bytearray(data)
    at = out.find(start)
    while at >= 0:
        struct.pack_into(form, out, at + offset, value)
        at = out.find(start, at + 4)
    return bytes(out)


LIST, HEADER = b"PK\1\2", b"PK\3\4"


def signed(header: bytearray) -> bytes:
    """Return a TAR header with the checksum it needs."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)
