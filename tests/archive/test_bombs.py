"""Archives that would fill memory or disk."""

from __future__ import annotations

import gzip
import os
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from tests.archive.made import (
    LIST,
    every_kind,
    gzipped_tar,
    listed,
    local,
    patched,
    read,
    refuse,
    tarred,
    zipped,
)


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


def test_a_header_that_lies_about_a_size_is_refused() -> None:
    data = zipped({"a.jpg": b"cake" * 1000})
    for lie in (0, 10, 3999, 4001, 2**31):
        refuse(patched(data, LIST, 24, "<L", lie), "damaged|cut off")
    for lie in (0, 1, 10, 2**31):
        refuse(patched(data, LIST, 20, "<L", lie), "damaged|cut off|overlap")
