"""Backup and restore: what was remembered comes back elsewhere, all of it or nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core import image
from core.errors import StoreError, UnusableArchive
from core.home import Home
from core.shelf import Shelf
from core.swap import exchange
from db import backup, datasets, images
from db.backup import MANIFEST
from db.restore import restore
from db.store import Store
from tests.commands import cli, variables
from tests.conftest import ROOT, picture

Files = dict[str, bytes]


def at(folder: Path) -> Home:
    return Home(folder, f"sqlite:///{folder / 'fakery.db'}", offline=True)


def fill(store: Store, seeds: range) -> None:
    """Keep a visit with one picture for each seed."""
    taken = [
        images.take_in(store.pictures, image.encode(picture(seed), "png"), f"{seed}.png") for seed in seeds
    ]
    with store.writing() as session:
        visit = datasets.create_visit(session=session)
        images.add(session=session, dataset_id=visit.id or 0, taken=taken)


@pytest.fixture
def full(home: Home, furnished: Home) -> Home:
    """A home with pictures and a model."""
    store = Store(home)
    fill(store, range(12))
    store.close()
    home.models.mkdir()
    for ending in ("json", "tflite"):
        (home.models / f"coco_ssd.{ending}").write_bytes(
            (furnished.models / f"coco_ssd.{ending}").read_bytes()
        )
    return home


def rows(home: Home) -> list[str]:
    """Return all of a database as text."""
    with closing(sqlite3.connect(home.folder / "fakery.db")) as database:
        return list(database.iterdump())


def originals(home: Home) -> Files:
    return {path.name: path.read_bytes() for path in backup.originals(home.images)}


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return everything in a folder: what a refusal must leave as it was."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def unpacked(file: Path) -> Files:
    with tarfile.open(file) as tar:
        return {entry.name: data.read() for entry in tar if (data := tar.extractfile(entry)) is not None}


def packed(file: Path, files: Files) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return file


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
    written = []

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


def first_picture(files: Files) -> str:
    return next(name for name in files if name.startswith("images/"))


def with_manifest(files: Files, /, **changes: object) -> Files:
    return files | {MANIFEST: json.dumps(json.loads(files[MANIFEST]) | changes).encode()}


def with_database(files: Files, *statements: str) -> Files:
    """Return a backup whose database was changed, and whose manifest agrees."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(files["fakery.db"])
        for statement in statements:
            database.execute(statement)
        data = database.serialize()
    hashes = json.loads(files[MANIFEST])["files"] | {"fakery.db": hashlib.sha256(data).hexdigest()}
    return with_manifest(files | {"fakery.db": data}, files=hashes)


def without(files: Files, *names: str) -> Files:
    return {name: data for name, data in files.items() if name not in names}


HOSTILE: dict[str, tuple[Callable[[Files], Files], str]] = {
    "climbs out": (lambda files: files | {"../evil": b"x"}, "climbs out"),
    "absolute": (lambda files: files | {"/tmp/evil": b"x"}, "climbs out"),
    "a stranger": (lambda files: files | {"models/evil.py": b"x"}, "does not belong into a backup"),
    "a thumbnail": (lambda files: files | {"images/320/ab/x.jpg": b"x"}, "does not belong"),
    "a picture elsewhere": (
        lambda files: files | {f"images/original/ab/{'c' * 64}": b"x"}, "does not belong",
    ),
    "one picture changed": (lambda files: files | {first_picture(files): b"cake"}, "is damaged"),
    "one picture less": (lambda files: without(files, first_picture(files)), "does not hold"),
    "one picture less, agreed": (
        lambda files: with_manifest(without(files, first_picture(files)), pictures=11),
        "1 pictures are missing",
    ),
    "no database": (lambda files: without(files, "fakery.db"), "does not hold what it says"),
    "database unannounced": (lambda files: with_manifest(files, files={}), "does not hold"),
    "database changed": (
        lambda files: files | {"fakery.db": files["fakery.db"] + b"x"}, "fakery.db in this backup",
    ),
    "no database at all": (
        lambda files: with_manifest(
            files | {"fakery.db": b"x"},
            files=json.loads(files[MANIFEST])["files"]
            | {"fakery.db": hashlib.sha256(b"x").hexdigest()},
        ),
        "The database in this backup",
    ),
    "a newer database": (
        lambda files: with_database(files, *["INSERT INTO migration VALUES (9)"] * 99), "update Fakery",
    ),
    "a trigger": (
        lambda files: with_database(
            files, "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM image; END"
        ),
        "more than tables",
    ),
    "a contradiction": (
        lambda files: with_database(
            files, "PRAGMA foreign_keys=OFF", "UPDATE image SET dataset_id = 99"
        ),
        "contradicts itself",
    ),
    "half a model": (lambda files: without(files, "models/coco_ssd.tflite"), "does not hold"),
    "no manifest": (lambda files: without(files, MANIFEST), "ends early"),
    "a senseless manifest": (lambda files: files | {MANIFEST: b"[1, 2]"}, "ends early"),
    "an odd manifest": (lambda files: with_manifest(files, files=[3]), "ends early"),
    "a newer manifest": (lambda files: with_manifest(files, format=2), "update Fakery"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("replace", [False, True])
def test_a_backup_that_is_not_sound_changes_nothing(
    full: Home, tmp_path: Path, case: str, replace: bool
) -> None:
    change, sentence = HOSTILE[case]
    backup.write(full, tmp_path / "all.tar")
    file = packed(tmp_path / "evil.tar", change(unpacked(tmp_path / "all.tar")))
    other = full if replace else at(tmp_path / "other")
    before = tree(tmp_path)
    with pytest.raises(UnusableArchive, match=sentence):
        restore(file, other, replace=replace)
    assert tree(tmp_path) == before


def test_a_hostile_backup_is_a_sentence_on_the_command_line(full: Home, tmp_path: Path) -> None:
    backup.write(full, tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar", "a") as tar:
        link = tarfile.TarInfo("models/evil.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    ended = cli("restore", tmp_path / "all.tar", home=tmp_path / "other")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "is a link" in ended.stderr and ended.stderr.count("\n") == 1
    (tmp_path / "cake.tar").write_text("No, a cup.")
    ended = cli("restore", tmp_path / "cake.tar", home=tmp_path / "other")
    assert ended.returncode == 1 and "is no ZIP, TAR or TAR.GZ archive" in ended.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_a_backup_cut_off_anywhere_is_refused(full: Home, tmp_path: Path, ending: str) -> None:
    whole, cut = tmp_path / f"all.{ending}", tmp_path / f"cut.{ending}"
    backup.write(full, whole)
    data = whole.read_bytes()
    end = data.rindex(b"}") if ending == "tar" else len(data) - 1
    for size in [*range(0, end, max(end // 40, 1)), *range(512, end, 512 * 97), end]:
        cut.write_bytes(data[:size])
        with pytest.raises(UnusableArchive):
            restore(cut, at(tmp_path / "other"))
        assert not (tmp_path / "other").exists()


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
