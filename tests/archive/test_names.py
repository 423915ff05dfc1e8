"""What comes out of an archive, and under which names."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.archive import Member, extract, members
from core.errors import UnusableArchive
from tests.archive.made import CAKES, PACKERS, _names, every_kind, read, refuse, tarred, zipped


@every_kind
def test_files_come_out_as_they_went_in(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    path = tmp_path / "cakes.bin"
    path.write_bytes(pack(CAKES))
    assert list(members(path)) == [Member(name, data) for name, data in CAKES.items()]
    assert extract(path, tmp_path / "out") == tuple(CAKES)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in CAKES} == CAKES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cakes.bin", "out"]


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
