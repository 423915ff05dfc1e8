"""Backup and restore: what was remembered comes back elsewhere, all of it or nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core import image
from core.errors import StoreError
from core.home import Home
from core.shelf import Shelf
from db import backup
from db.restore import restore
from db.store import Store
from db.swap import exchange
from tests.commands import cli, variables
from tests.conftest import ROOT
from tests.homes import at, fill, furnish, originals, rows, tree, unpacked


@pytest.fixture
def full(home: Home, furnished: Home) -> Home:
    """A home with pictures and a model."""
    return furnish(home, furnished)


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_what_was_remembered_comes_back_elsewhere(full: Home, tmp_path: Path, ending: str) -> None:
    file, other = tmp_path / f"all.{ending}", at(tmp_path / "other" / "home")
    saved = cli("backup", file, home=full.folder)
    assert (saved.returncode, saved.stderr) == (0, "")
    assert "the database, 12 pictures and 1 model" in saved.stdout
    brought = cli("restore", file, home=other.folder, cwd=tmp_path)
    assert (brought.returncode, brought.stderr) == (0, "")
    assert "the database, 12 pictures and 1 model" in brought.stdout
    assert rows(other) == rows(full)
    assert originals(other) == originals(full) and len(originals(other)) == 12
    assert Shelf(other).get("coco_ssd").state == "ready"
    assert [path.name for path in other.folder.parent.iterdir()] == ["home"]
    store = Store(other)
    fill(store, range(12, 14))
    sha256 = next(iter(originals(full)))
    assert image.decode(store.pictures.copy(sha256, 320)).shape == (48, 64, 3)
    store.close()


def test_a_backup_made_while_somebody_writes_is_whole(full: Home, tmp_path: Path) -> None:
    store, enough = Store(full), threading.Event()
    written: list[int] = []

    def write() -> None:
        while not enough.is_set():
            fill(store, range(100 + 3 * len(written), 103 + 3 * len(written)))
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            file, other = tmp_path / f"{number}.tar", at(tmp_path / f"home-{number}")
            before = len(written)
            assert cli("backup", file, home=full.folder).returncode == 0
            assert cli("restore", file, home=other.folder).returncode == 0
            with closing(sqlite3.connect(other.folder / "fakery.db")) as database:
                named = [row[0] for row in database.execute("SELECT sha256 FROM image")]
                visits = database.execute("SELECT count(*) FROM dataset").fetchone()[0]
            assert before <= visits - 1 <= len(written) + 1
            assert len(named) == 12 + 3 * (visits - 1)  # no half-made visit
            assert set(named) <= originals(other).keys()
    finally:
        enough.set()
        writer.join()
        store.close()
    assert len(written) > 3


def test_a_home_that_is_not_empty_is_kept_beside(full: Home, tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    cli("backup", file, home=full.folder)
    store = Store(full)
    fill(store, range(20, 25))
    refused = cli("restore", file, "--replace", home=full.folder)
    assert refused.returncode == 1 and "A server is using" in refused.stderr
    store.close()
    before = tree(full.folder)
    refused = cli("restore", file, home=full.folder)
    assert refused.returncode == 1 and "is not empty" in refused.stderr
    assert tree(full.folder) == before
    assert cli("restore", file, "--replace", home=full.folder).returncode == 0
    kept = full.folder.with_name("home.before-restore")
    assert tree(kept) == before
    assert len(originals(full)) == 12
    refused = cli("restore", file, "--replace", home=full.folder)
    assert refused.returncode == 1 and "from an earlier restore" in refused.stderr
    assert tree(kept) == before


def test_an_empty_folder_counts_as_empty(full: Home, tmp_path: Path) -> None:
    backup.write(full, tmp_path / "all.tar")
    other = at(tmp_path / "other")
    other.folder.mkdir()
    restore(tmp_path / "all.tar", other)
    assert rows(other) == rows(full)


KILLED = """
import os, signal, sys
from pathlib import Path
from core.home import Home
from db.backup import write
from db.restore import restore

def kill(done, total):
    if done == 9:
        os.kill(os.getpid(), signal.SIGKILL)

what, file = sys.argv[1], Path(sys.argv[2])
if what == "backup":
    write(Home.from_environment(), file, progress=kill)
else:
    restore(file, Home.from_environment(), replace=True, progress=kill)
"""


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_midway_the_old_one_stays_whole(full: Home, tmp_path: Path, what: str) -> None:
    file = tmp_path / "all.tar"
    backup.write(full, file)
    before, home = file.read_bytes(), tree(full.folder)
    words = [sys.executable, "-c", KILLED, what, str(file)]
    ended = subprocess.run(words, cwd=ROOT, env=variables(full.folder))
    assert ended.returncode == -signal.SIGKILL
    assert file.read_bytes() == before
    assert tree(full.folder) == home
    (room,) = tmp_path.glob(".job-*")  # left, and cleared away once it is a minute old
    os.utime(room / ".held", (0, 0))
    assert cli("backup", file, home=full.folder).returncode == 0
    assert not room.exists()


def test_a_rotten_picture_or_model_is_left_out_and_said(full: Home, tmp_path: Path) -> None:
    rotten = next(backup.originals(full.images))
    rotten.write_bytes(b"rot")
    (full.models / "half.json").write_text("{}")
    saved = cli("backup", tmp_path / "all.tar", home=full.folder)
    assert saved.returncode == 0
    assert f"The picture {rotten} is damaged; it was left out." in saved.stderr
    assert "The model half is damaged or half made; it was left out." in saved.stderr
    other = at(tmp_path / "other")
    brought = cli("restore", tmp_path / "all.tar", home=other.folder)
    assert brought.returncode == 0
    assert "1 picture of the database had been lost" in brought.stderr
    assert rows(other) == rows(full)
    assert originals(other).keys() == originals(full).keys() - {rotten.name}


def test_a_damaged_database_is_said_and_not_saved(full: Home, tmp_path: Path) -> None:
    path = full.folder / "fakery.db"
    data = bytearray(path.read_bytes())
    data[4096:12000] = b"\xff" * (12000 - 4096)
    path.write_bytes(data)
    ended = cli("backup", tmp_path / "all.tar", home=full.folder)
    assert ended.returncode == 1
    assert "The database" in ended.stderr
    assert not (tmp_path / "all.tar").exists()


def test_another_database_is_left_to_its_own_tools(full: Home, tmp_path: Path) -> None:
    url = "postgresql://cleo:secret@localhost/fakery"
    file = tmp_path / "all.tar"
    saved = cli("backup", file, home=full.folder, FAKERY_DB_URL=url)
    assert saved.returncode == 0
    assert "pg_dump" in saved.stderr and "secret" not in saved.stderr + saved.stdout
    assert "fakery.db" not in unpacked(file)
    brought = cli("restore", file, home=tmp_path / "other", FAKERY_DB_URL=url)
    assert brought.returncode == 0 and "pg_restore" in brought.stderr
    assert len(originals(at(tmp_path / "other"))) == 12
    backup.write(full, file)
    refused = cli("restore", file, home=tmp_path / "third", FAKERY_DB_URL=url)
    assert refused.returncode == 1
    assert "FAKERY_DB_URL names another one" in refused.stderr and "secret" not in refused.stderr
    assert not (tmp_path / "third").exists()


@pytest.mark.skipif(not os.path.ismount("/proc"), reason="this machine has no /proc")
def test_a_home_that_cannot_be_swapped_is_said(full: Home, tmp_path: Path) -> None:
    backup.write(full, tmp_path / "all.tar")
    with pytest.raises(StoreError, match="disk of its own"):
        restore(tmp_path / "all.tar", at(Path("/proc")))


def test_two_folders_change_places(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    assert exchange(one, other)
    assert ((one / "name").read_text(), (other / "name").read_text()) == ("other", "one")
    assert not exchange(one, tmp_path / "gone")
    assert (one / "name").read_text() == "other"


def test_a_disk_that_cannot_exchange_names_will_do(
    full: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.restore.exchange", lambda one, other: False)
    backup.write(full, tmp_path / "all.tar")
    before = tree(full.folder)
    restore(tmp_path / "all.tar", full, replace=True)
    assert tree(full.folder.with_name("home.before-restore")) == before
    assert len(originals(full)) == 12
