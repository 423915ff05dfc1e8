"""A download is a whole file, or nothing changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import NetworkError, StoreError
from core.fetch import Downloaded
from tests.fetch.made import PICTURE, ROOT, load
from tests.loopback import Loopback, reply


def test_a_download_is_a_whole_file_with_its_sum(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "new" / "cake.png"
    heard: list[tuple[int, int | None]] = []
    digest = hashlib.sha256(PICTURE).hexdigest()
    loaded = load(
        f"{server.root}/cake.png",
        target,
        sha256=digest.upper(),
        progress=lambda *far: heard.append(far),
    )
    assert loaded == Downloaded(target, f"{server.root}/cake.png", "image/png", len(PICTURE), digest)
    assert target.read_bytes() == PICTURE
    assert list(target.parent.iterdir()) == [target]
    assert heard[-1] == (len(PICTURE), len(PICTURE))


def test_a_download_that_fails_leaves_what_was_there(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "model.tar.gz"
    target.write_bytes(b"the old one")
    stop = threading.Event()
    server.says |= {
        "/cut": reply(PICTURE)[:-1],
        "/endless": server.flood(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)),
    }
    for path, wishes in (
        ("missing", {}),
        ("cut", {}),
        ("endless", {"max_bytes": 2**20}),
        ("endless", {"stop": stop, "progress": lambda *_: stop.set()}),
        ("cake.png", {"sha256": "00" * 32}),
        ("cake.png", {"allowed": lambda _: False}),
    ):
        with pytest.raises(NetworkError):
            load(f"{server.root}/{path}", target, **wishes)
        assert list(tmp_path.iterdir()) == [target]
        assert target.read_bytes() == b"the old one"


def test_whoever_reads_the_old_file_is_not_disturbed_by_a_download(server: Loopback, tmp_path: Path) -> None:
    target = tmp_path / "cake.png"
    target.write_bytes(b"the old one")
    with target.open("rb") as reading:
        load(f"{server.root}/cake.png", target)
        assert reading.read() == b"the old one"
    assert target.read_bytes() == PICTURE


def test_an_error_of_the_caller_hangs_up_and_leaves_nothing(server: Loopback, tmp_path: Path) -> None:
    server.says["/endless"] = server.flood(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536))

    def trip(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(f"{server.root}/endless", tmp_path / "x", progress=trip)
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "fetch-clock"]


def test_a_full_disk_is_told_and_leaves_nothing(server: Loopback, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no limit on the size of files on this system")
    program = (
        "import resource, sys; from pathlib import Path; from core.fetch import download\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: download(sys.argv[1], Path(sys.argv[2]), allowed=lambda _: True, offline=False)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, f"{server.root}/cake.png", str(tmp_path / "cake.png")],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.startswith("StoreError"), ended
    assert "cannot be written (File too large)" in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_is_told(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "file" / "cake.png", tmp_path / "folder"):
        with pytest.raises(StoreError, match="cannot be written"):
            load(f"{server.root}/cake.png", target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
