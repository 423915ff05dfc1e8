"""Archives that are odd, damaged or none."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.archive import extract, is_archive, members
from core.errors import StoreError, UnusableArchive
from tests.archive.made import (
    CAKES,
    HEADER,
    LIST,
    PACKERS,
    ROOT,
    every_kind,
    patched,
    read,
    refuse,
    signed,
    tarred,
    zipped,
)


def test_an_encrypted_file_is_refused_with_what_to_do() -> None:
    data = patched(patched(zipped(CAKES), LIST, 8, "<H", 1), HEADER, 6, "<H", 1)
    refuse(data, "encrypted; pack it anew without a password")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_rare_way_of_packing_is_refused(method: int) -> None:
    refuse(zipped({"a.jpg": b"x" * 100}, method), "unusual way")


@pytest.mark.parametrize("mode", [0o120777, 0o060600, 0o020600, 0o010600, 0o140600])
def test_links_and_devices_in_a_zip_are_refused(mode: int) -> None:
    refuse(patched(zipped({"a": b"/etc/passwd"}), LIST, 38, "<L", mode << 16), "link or a device")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a device"),
        (tarfile.GNUTYPE_SPARSE, "a file with holes"),
        (b"V", "unknown kind"),
    ],
)
def test_links_and_devices_in_a_tar_are_refused(kind: bytes, words: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("way/out")
        info.type, info.linkname = kind, "../" * 50 + "etc/passwd"
        archive.addfile(info)
    refuse(out.getvalue(), words)
    with pytest.raises(UnusableArchive):
        extract(io.BytesIO(out.getvalue()), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_folders_are_no_files() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("folder")
        info.type = tarfile.DIRTYPE
        archive.addfile(info)
    assert read(out.getvalue()) == {}
    assert read(zipped({"folder/": b"", "folder\\": b"", "folder/a": b"a"})) == {"folder/a": b"a"}


@every_kind
def test_an_archive_that_breaks_off_anywhere_is_refused(
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    data = pack({"a.txt": os.urandom(700), "b.txt": b"b" * 100})
    end = data.index(bytes(1024)) + 512 if pack is tarred else len(data)
    for cut in range(0, end, 7):
        with pytest.raises(UnusableArchive, match=r"[.]$"):
            read(data[:cut])
    with pytest.raises(UnusableArchive):
        read(data[: end - 1])


def test_a_damaged_header_is_not_taken_for_the_end_of_a_tar() -> None:
    data = bytearray(tarred({"a": b"a", "b": b"b"}))
    data[1024 + 10] ^= 1
    refuse(bytes(data), "checksum")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"13 path=../x\n", "climbs out"),
        (b"9999 path=x\n", "senseless"),
        (b"0 path=x\n", "senseless"),
        (b"-1 path=x\n", "senseless"),
        (b"path", "senseless"),
        (b"16 size=-5xxxxx\n", "senseless"),
        (b"22 GNU.sparse.major=1\n", "holes"),
    ],
)
def test_a_senseless_extended_header_is_refused(header: bytes, words: str) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(header)
    data = info.tobuf(tarfile.USTAR_FORMAT) + header.ljust(512, b"\0") + tarred({"x": b"x"})
    refuse(data, words)


def test_the_dialects_of_tar_are_told_apart() -> None:
    header = bytearray(tarfile.TarInfo("a.jpg").tobuf(tarfile.GNU_FORMAT))
    header[345:357] = b"14712345670\0"  # when it was last read, where POSIX keeps a folder
    assert read(signed(header) + bytes(1024)) == {"a.jpg": b""}
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, len(b"9 size=3\n")
    extended = info.tobuf(tarfile.USTAR_FORMAT) + b"9 size=3\n".ljust(512, b"\0")
    plain = tarfile.TarInfo("a.jpg").tobuf(tarfile.USTAR_FORMAT) + b"abc".ljust(512, b"\0")
    assert read(extended + plain + bytes(1024)) == {"a.jpg": b"abc"}


def test_an_endless_extended_header_is_not_read() -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 2**33
    data = info.tobuf(tarfile.GNU_FORMAT) + bytes(512)
    refuse(data, "over 1 MB")


def test_a_negative_size_in_a_tar_is_refused() -> None:
    header = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"\xff" * 11 + b"\x01"
    refuse(tarred({"a": b"a"})[:1024] + signed(header) + bytes(1024), "senseless number")


@settings(max_examples=300)
@given(st.sampled_from(PACKERS), st.data())
def test_damage_anywhere_is_refused_or_harmless(
    pack: Callable[[dict[str, bytes]], bytes], data: st.DataObject
) -> None:
    archive = bytearray(pack(CAKES)[:3000] if pack is tarred else pack(CAKES))
    for place in data.draw(st.lists(st.integers(0, len(archive) - 1), min_size=1, max_size=4)):
        archive[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnusableArchive):
        read(bytes(archive))


@given(st.binary(max_size=2000), st.sampled_from([b"", HEADER, b"PK\5\6", b"\x1f\x8b\x08"]))
def test_any_bytes_are_refused_or_harmless(data: bytes, start: bytes) -> None:
    with contextlib.suppress(UnusableArchive):
        assert read(start + data) == {}


def test_what_is_no_archive_is_told_as_that(tmp_path: Path) -> None:
    refuse(b"", "no ZIP, TAR or TAR.GZ")
    refuse(b"\x89PNG\r\n\x1a\n", "no ZIP, TAR or TAR.GZ")
    refuse(gzip.compress(b"a letter"), "no ZIP, TAR or TAR.GZ")
    with pytest.raises(UnusableArchive, match="cannot be opened"):
        list(members(tmp_path / "missing.zip"))


@every_kind
def test_an_archive_is_known_by_its_content(
    pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path
) -> None:
    data = pack(CAKES)
    (tmp_path / "photo.jpg").write_bytes(data)
    file = io.BytesIO(data)
    file.seek(5)
    assert is_archive(data)
    assert is_archive(tmp_path / "photo.jpg")
    assert not is_archive(file)
    file.seek(0)
    assert is_archive(file)
    assert file.tell() == 0


def test_other_files_are_no_archives() -> None:
    for data in (b"", b"PK", b"GIF89a", bytes(1024), gzip.compress(b"x" * 600), b"\x1f\x8b\xff"):
        assert not is_archive(data)


def test_an_open_file_is_read_from_its_start_and_stays_open() -> None:
    file = io.BytesIO(zipped(CAKES))
    file.seek(40)
    assert len(list(members(file))) == len(list(members(file))) == 3
    assert not file.closed


def test_an_empty_zip_holds_nothing(tmp_path: Path) -> None:
    assert read(zipped({})) == {}
    assert extract(io.BytesIO(zipped({})), tmp_path / "out") == ()
    assert (tmp_path / "out").is_dir()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(StoreError, match="exists already"):
        extract(io.BytesIO(zipped(CAKES)), tmp_path / "out")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be written"):
        extract(io.BytesIO(zipped(CAKES)), tmp_path / "file" / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no limit on the size of files on this system")
    (tmp_path / "a.zip").write_bytes(zipped({"a": b"a", "b": os.urandom(100_000)}))
    program = (
        "import resource, sys; from pathlib import Path; from core.archive import extract\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: extract(Path(sys.argv[1], 'a.zip'), Path(sys.argv[1], 'out'))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.startswith("StoreError"), ended
    assert "cannot be written (File too large)" in ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
