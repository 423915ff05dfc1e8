"""Archives from anywhere come out as files with plain names, or are refused; nothing climbs out."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import struct
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.archive import Member, extract, is_archive, members
from core.errors import StoreError, UnusableArchive

ROOT = Path(__file__).resolve().parent.parent
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


@every_kind
def test_files_come_out_as_they_went_in(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    path = tmp_path / "cakes.bin"
    path.write_bytes(pack(CAKES))
    assert list(members(path)) == [Member(name, data) for name, data in CAKES.items()]
    assert extract(path, tmp_path / "out") == tuple(CAKES)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in CAKES} == CAKES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cakes.bin", "out"]


_part = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\:"),
    min_size=1,
    max_size=60,
).filter(lambda part: part not in (".", "..", "__MACOSX", ".DS_Store") and part[:2] != "._")
_names = st.lists(_part, min_size=1, max_size=4).map("/".join)


@given(
    st.sampled_from(
        [
            *PACKERS,
            lambda files: zipped(files, zipfile.ZIP_STORED),
            lambda files: tarred(files, tarfile.GNU_FORMAT),
        ]
    ),
    st.dictionaries(_names, st.binary(max_size=3000), min_size=1, max_size=6),
)
def test_any_files_come_out_as_they_went_in(
    pack: Callable[[dict[str, bytes]], bytes], files: dict[str, bytes]
) -> None:
    assert read(pack(files)) == files


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_dialect_of_tar_keeps_long_names(kind: int) -> None:
    files = {f"{'layer/' * 16}{'x' * 90}.bin": b"long", "short": b"s" * 513}
    assert read(tarred(files, kind)) == files


@every_kind
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil", "climbs out"),
        ("a/../../evil", "climbs out"),
        ("a/..", "climbs out"),
        ("..", "climbs out"),
        ("/etc/passwd", "climbs out"),
        ("//server/share/x", "climbs out"),
        ("\\\\server\\share\\x", "climbs out"),
        ("..\\evil", "climbs out"),
        ("a\\..\\..\\evil", "climbs out"),
        ("C:\\Windows\\evil", "climbs out"),
        ("c:evil", "climbs out"),
        ("a\nb", "no name of a file"),
        ("a\x1b[2Jb", "no name of a file"),
        ("x" * 300, "too long"),
        ("deep/" * 250 + "x", "no name of a file"),
        (".", "without a name"),
        ("", "without a name"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(
    pack: Callable[[dict[str, bytes]], bytes], name: str, words: str, tmp_path: Path
) -> None:
    data = pack({"fine.jpg": b"fine", name: b"evil"})
    refuse(data, words)
    with pytest.raises(UnusableArchive):
        extract(io.BytesIO(data), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_is_refused_before_its_first_file() -> None:
    with pytest.raises(UnusableArchive):
        next(members(io.BytesIO(zipped({"fine.jpg": b"fine", "../evil": b"evil"}))))


def test_a_name_with_a_zero_byte_is_refused() -> None:
    refuse(zipped({"evil.txtX.jpg": b"x"}).replace(b"txtX", b"txt\0"), "no name of a file")


@every_kind
def test_windows_separators_and_dots_become_plain_names(
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    assert read(pack({"cakes\\a.jpg": b"a", "./b.jpg": b"b", "c//./d.jpg": b"d"})) == {
        "cakes/a.jpg": b"a",
        "b.jpg": b"b",
        "c/d.jpg": b"d",
    }


def test_old_names_are_read_as_utf_8_or_as_of_dos() -> None:
    data = zipped({"k_sehr_gut.jpg": b"x"})
    assert list(read(data.replace(b"k_sehr", "käehr".encode()))) == ["käehr_gut.jpg"]
    assert list(read(data.replace(b"k_sehr", b"k\x84sehr"))) == ["käsehr_gut.jpg"]


@every_kind
def test_what_macos_leaves_behind_is_left_out(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    litter = {"__MACOSX/a.jpg": b"1", "b/.DS_Store": b"2", "b/._a.jpg": b"3", "b/Icon\r": b""}
    assert read(pack({**litter, "a.jpg": b"a"})) == {"a.jpg": b"a"}


@every_kind
def test_only_what_is_wanted_comes_out(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    assert list(read(pack(CAKES), wanted=lambda name: name.endswith(".txt"))) == ["labels.txt"]
    assert read(pack(CAKES), wanted=lambda _: False) == {}


@every_kind
def test_the_same_name_twice_is_refused(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    refuse(pack({"a.jpg": b"1", "./a.jpg": b"2"}), "twice")


@every_kind
def test_a_file_that_is_also_a_folder_is_not_written(
    pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path
) -> None:
    for files in ({"a": b"1", "a/b": b"2"}, {"a/b": b"2", "a": b"1"}, {"a": b"", "a/b/c": b""}):
        with pytest.raises(UnusableArchive, match="two things"):
            extract(io.BytesIO(pack(files)), tmp_path / "out")
        assert list(tmp_path.iterdir()) == []


@every_kind
def test_too_many_files_are_refused(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    files = {f"{number}": b"" for number in range(50)}
    assert len(read(pack(files), max_files=50)) == 50
    refuse(pack(files), "over 49 entries", max_files=49)


def test_a_list_of_too_many_files_is_refused_before_it_is_taken_in() -> None:
    data = zipped({f"{number:060}": b"" for number in range(20_000)}, zipfile.ZIP_STORED)
    tracemalloc.start()
    try:
        refuse(data, "over 100 entries", max_files=100)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(data)


@every_kind
def test_a_file_over_the_limit_is_refused_unless_nobody_wants_it(
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    data = pack({"big.jpg": os.urandom(5000), "small.jpg": b"x"})
    assert len(read(data, max_member_bytes=5000)) == 2
    refuse(data, "'big.jpg' in the archive is larger", max_member_bytes=4999)
    wanted = read(data, max_member_bytes=4999, wanted=lambda name: name == "small.jpg")
    assert list(wanted) == ["small.jpg"]


@every_kind
def test_all_files_together_have_a_limit(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    data = pack({f"{number}": os.urandom(10_000) for number in range(10)})
    assert len(read(data, max_bytes=150_000)) == 10
    refuse(data, "unpacks to more than", max_bytes=99_999)


@pytest.mark.parametrize("pack", [zipped, gzipped_tar], ids=["zip", "tar.gz"])
@pytest.mark.parametrize("files", [1, 40])
def test_a_bomb_is_refused_before_it_takes_memory(
    pack: Callable[[dict[str, bytes]], bytes], files: int
) -> None:
    data = pack({f"{number}.jpg": bytes(120 * 2**20 // files) for number in range(files)})
    tracemalloc.start()
    try:
        refuse(data, "as bombs do", max_ratio=50)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60 * len(data) + 3 * 2**20
    refuse(data, "as bombs do|larger than")


def test_a_tar_bomb_nobody_wants_is_a_bomb_all_the_same() -> None:
    refuse(gzipped_tar({"x": bytes(100 * 2**20)}), "as bombs do", wanted=lambda _: False)
    behind_the_end = gzip.compress(tarred({"x": b"x"}) + bytes(100 * 2**20), 1)
    refuse(behind_the_end, "as bombs do")


def test_an_archive_within_an_archive_is_only_a_file() -> None:
    inner = zipped({"../evil": b"x"})
    assert read(zipped({"inner.zip": inner})) == {"inner.zip": inner}
    stored = zipped({f"{number}": b"" for number in range(9)}, zipfile.ZIP_STORED)
    assert read(zipped({"inner.zip": stored}, zipfile.ZIP_STORED), max_files=1)


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


def test_files_that_share_bytes_are_refused() -> None:
    kernel = local(b"b", b"kernel" * 100)
    nested = local(b"a", kernel)
    quoted = listed(nested, (b"a", kernel, 0), (b"b", b"kernel" * 100, len(nested) - len(kernel)))
    refuse(quoted, "overlap")
    refuse(listed(kernel, (b"b", b"kernel" * 100, 0), (b"b", b"kernel" * 100, 0)), "overlap")
    whole = listed(kernel, (b"b", b"kernel" * 100, 0))
    assert read(whole) == {"b": b"kernel" * 100}
    spilling = listed(kernel[:-10], (b"b", b"kernel" * 100, 0))
    refuse(spilling, "overlap")


def patched(data: bytes, start: bytes, offset: int, form: str, value: int) -> bytes:
    """Return an archive with another number at this place of each header of one sort."""
    out = bytearray(data)
    at = out.find(start)
    while at >= 0:
        struct.pack_into(form, out, at + offset, value)
        at = out.find(start, at + 4)
    return bytes(out)


LIST, HEADER = b"PK\1\2", b"PK\3\4"


def test_a_header_that_lies_about_a_size_is_refused() -> None:
    data = zipped({"a.jpg": b"cake" * 1000})
    for lie in (0, 10, 3999, 4001, 2**31):
        refuse(patched(data, LIST, 24, "<L", lie), "damaged|cut off")
    for lie in (0, 1, 10, 2**31):
        refuse(patched(data, LIST, 20, "<L", lie), "damaged|cut off|overlap")


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


def signed(header: bytearray) -> bytes:
    """Return a TAR header with the checksum it needs."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


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
