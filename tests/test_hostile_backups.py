"""A backup that is not sound changes nothing, whatever is wrong with it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import UnusableArchive
from core.home import Home
from db import backup
from db.backup import MANIFEST
from db.restore import restore
from tests.commands import cli
from tests.homes import Files, at, furnish, packed, tree, unpacked


@pytest.fixture
def full(home: Home, furnished: Home) -> Home:
    """A home with pictures and a model."""
    return furnish(home, furnished)


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
