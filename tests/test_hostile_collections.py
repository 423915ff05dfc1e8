"""Archives and folders that mean harm are refused in a sentence, and nothing of them stays."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from sqlmodel import select

from core.errors import UnusableArchive
from db.models import Image
from db.store import Store
from tests.collections import brought, held_by, jpeg, lay, visible, zipped


def climbing() -> bytes:
    return zipped({"cake/1.jpg": 1, "../../out.jpg": 2})


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cake/1.jpg", jpeg(1))
        archive.writestr("cake/2.bmp", bytes(50_000_000))
    return out.getvalue()


def linked(kind: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        data = jpeg(1)
        info = tarfile.TarInfo("cake/1.jpg")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("cake/2.jpg")
        link.type, link.linkname = kind, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def linked_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("cake/1.jpg", jpeg(1))
        info = zipfile.ZipInfo("cake/2.jpg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


HOSTILE = {
    "a ZIP that climbs out": (climbing(), "climbs out of it"),
    "a bomb": (bomb(), "more than 200 times its size, as bombs do"),
    "a TAR with a link": (linked(tarfile.SYMTYPE), "is a link; only files are read"),
    "a TAR with a hard link": (linked(tarfile.LNKTYPE), "is a link; only files are read"),
    "a ZIP with a link": (linked_zip(), "is a link or a device"),
    "a ZIP cut off": (zipped({"cake/1.jpg": 1})[:-30], "damaged"),
}


@pytest.mark.parametrize(("data", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused_whole(store: Store, tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "set.zip").write_bytes(data)
    with pytest.raises(UnusableArchive, match=sentence):
        brought(store, path=tmp_path / "set.zip")
    assert visible(store) == {"arriving": 0}
    assert not list(tmp_path.rglob("*.jpg"))
    with store.reading() as session:
        assert session.exec(select(Image)).all() == []


def test_links_in_a_folder_are_refused_one_by_one(store: Store, tmp_path: Path) -> None:
    lay(tmp_path, {"set/cake/1.jpg": 1, "private/2.jpg": 2})
    (tmp_path / "set" / "cake" / "2.jpg").symlink_to(tmp_path / "private" / "2.jpg")
    (tmp_path / "set" / "more").symlink_to(tmp_path / "private", target_is_directory=True)
    report = brought(store, path=tmp_path / "set")
    assert (report["taken"], report["refused"]) == (1, 2)
    assert report["reasons"] == {"This is a link, and links are not followed.": 2}
    assert [row.name for row in held_by(store)] == ["1.jpg"]


def test_a_picture_that_is_a_bomb_is_one_refusal_among_many(store: Store, tmp_path: Path) -> None:
    size = struct.pack(">II", 60_000, 60_000)
    chunk = b"IHDR" + size + b"\x08\x02\0\0\0"
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    files: dict[str, bytes | int | str] = {
        "1.jpg": 1,
        "bomb.png": head + bytes(100),
        "huge.jpg": jpeg(2) + bytes(41 * 2**20),
        "broken.jpg": jpeg(3)[:300],
        "4.jpg": 4,
    }
    report = brought(store, path=lay(tmp_path / "set", files))
    assert (report["offered"], report["taken"], report["refused"]) == (5, 2, 3)
    assert sorted(report["reasons"]) == [
        "This JPEG picture breaks off before its end.",
        "This PNG picture has … x … pixels, more than the … that are read here.",
        "This file has … MB, more than the … MB that are read here.",
    ]
