"""Bring a backup back: unpacked beside the home, checked to the last picture, then put in its place.

`db/backup.py` says what a backup is made of. Until the last step nothing of the home is touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from core import archive
from core.errors import ModelBroken, StoreError, UnusableArchive
from core.home import Home
from core.jobs.room import make_room
from core.models import ModelSpec, sha256_of
from db.backup import DATABASE, FORMAT, MANIFEST, MODEL, Contents, Progress, originals
from db.migrations import STEPS
from db.swap import exchange

KEPT = "before-restore"
_PARTS = re.compile(
    rf"{re.escape(DATABASE)}|{re.escape(MANIFEST)}|{MODEL.pattern}"
    r"|images/original/(?P<start>[0-9a-f]{2})/(?P=start)[0-9a-f]{62}"
)
_NO_BACKUP = "choose a file that `backup` wrote."
_NEWER = "This backup is of a newer version of Fakery: update Fakery."
_MOST = 10**7


def restore(
    source: Path,
    home: Home,
    *,
    replace: bool = False,
    progress: Progress = lambda done, total: None,
) -> Contents:
    """Return what was brought back into an empty home; everything, or nothing and an error.

    With `replace` a home that is not empty is swapped in one step and kept beside as
    `<home>.before-restore`. Raises UnusableArchive where the file is no sound backup, StoreError
    where the home is not empty, in use, or cannot be written.
    """
    folder = home.folder.resolve()
    _check_place(folder, replace)
    room, held = make_room(folder.parent)
    try:
        new = room / "home"
        _unpack(source, new, progress)
        contents = _checked(new)
        _check_database_belongs(home, contents)
        (new / MANIFEST).unlink()
        os.sync()
        _put(new, folder)
        os.sync()
    except OSError as error:
        raise StoreError(f"{folder} cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
        held.close()
    return contents


def _check_place(folder: Path, replace: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StoreError(f"{folder} is a file: let FAKERY_HOME name a folder.")
    if os.path.ismount(folder):
        raise StoreError(
            f"{folder} is a disk of its own, which cannot be swapped for another: let FAKERY_HOME "
            f"name a new folder on it, such as {folder / 'home'}, and restore into that."
        )
    if not any(folder.iterdir()):
        return
    if not replace:
        raise StoreError(
            f"{folder} is not empty: let FAKERY_HOME name an empty folder, or add --replace, which "
            f"keeps the old one as {folder.name}.{KEPT}."
        )
    if (kept := _kept(folder)).exists():
        raise StoreError(f"{kept} is there from an earlier restore: move it away or delete it.")
    if _in_use(folder / DATABASE):
        raise StoreError(f"A server is using {folder}: stop it first.")


def _kept(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.{KEPT}")


def _in_use(database: Path) -> bool:
    """Return whether another process has the database open: then it cannot be had alone."""
    if not database.is_file():
        return False
    try:
        uri = f"{database.as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)) as ours:
            ours.execute("PRAGMA locking_mode=EXCLUSIVE")
            ours.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False  # damaged: the very reason to restore
    return False


def _unpack(source: Path, new: Path, progress: Progress) -> None:
    done = 0

    def belongs(name: str) -> bool:
        nonlocal done
        if not _PARTS.fullmatch(name):
            raise UnusableArchive(f"{name[:80]!r} does not belong into a backup: {_NO_BACKUP}")
        done += 1
        progress(done, 0)
        return True

    free = shutil.disk_usage(new.parent).free
    archive.extract(source, new, max_files=_MOST, max_bytes=free, max_member_bytes=free, wanted=belongs)


def _checked(new: Path) -> Contents:
    """Return what a backup says it holds; raises UnusableArchive where that is not so."""
    contents = _manifest(new / MANIFEST)
    pictures = {path.name for path in originals(new / "images")}
    for path in originals(new / "images"):
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                raise UnusableArchive(f"The picture {path.name[:12]} in this backup is damaged.")
    others = {f"models/{path.name}" for path in (new / "models").glob("*")}
    others |= {DATABASE} if (new / DATABASE).exists() else set()
    if len(pictures) != contents.pictures or others != contents.files.keys():
        raise UnusableArchive(f"This backup does not hold what it says: {_NO_BACKUP}")
    for name, sha256 in contents.files.items():
        if sha256_of(new / name) != sha256:
            raise UnusableArchive(f"{name} in this backup is damaged: {_NO_BACKUP}")
    for path in (new / "models").glob("*.json"):
        _check_model(path)
    if contents.database:
        _check_database(new / DATABASE, pictures | set(contents.missing))
    return contents


def _manifest(path: Path) -> Contents:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        contents = Contents(
            made_at=datetime.fromisoformat(raw["made_at"]).isoformat(),
            pictures=int(raw["pictures"]),
            files={str(name): str(sha256) for name, sha256 in raw["files"].items()},
            missing=tuple(map(str, raw["missing"])),
        )
        newer = raw["format"] != FORMAT
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnusableArchive(f"This is no backup, or one that ends early: {_NO_BACKUP}") from error
    if newer:
        raise UnusableArchive(_NEWER)
    return contents


def _check_model(path: Path) -> None:
    try:
        spec = ModelSpec.from_json(path.read_text(encoding="utf-8"))
    except (ModelBroken, UnicodeDecodeError) as error:
        raise UnusableArchive(f"The model {path.stem} in this backup cannot be read.") from error
    model = path.with_suffix(".tflite")
    if not model.is_file() or sha256_of(model) != spec.sha256:
        raise UnusableArchive(f"The model {path.stem} in this backup is damaged.")


def _check_database(path: Path, pictures: set[str]) -> None:
    """Raise UnusableArchive where the database is damaged, newer than us, or names other pictures."""
    try:
        # Read only and without a journal: the check must not change what it checks.
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            ask = database.execute
            if ask("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise UnusableArchive("The database in this backup is damaged.")
            if ask("PRAGMA foreign_key_check").fetchone():
                raise UnusableArchive("The database in this backup contradicts itself.")
            if ask("SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone():
                raise UnusableArchive("The database in this backup holds more than tables.")
            if ask("SELECT count(*) FROM migration").fetchone()[0] > len(STEPS):
                raise UnusableArchive(_NEWER)
            for (spec,) in ask("SELECT spec FROM model"):
                ModelSpec.from_json(spec)
            if ask("SELECT 1 FROM image WHERE width < 1 OR height < 1").fetchone():
                raise UnusableArchive("The database in this backup holds pictures without a size.")
            named = {sha256 for (sha256,) in ask("SELECT DISTINCT sha256 FROM image")}
    except (sqlite3.Error, ModelBroken) as error:
        raise UnusableArchive(f"The database in this backup cannot be read ({error}).") from error
    if not all(re.fullmatch("[0-9a-f]{64}", str(sha256)) for sha256 in named):
        raise UnusableArchive("The database in this backup names pictures by what is no SHA-256.")
    if named - pictures:
        raise UnusableArchive(f"{len(named - pictures)} pictures are missing in this backup.")


def _check_database_belongs(home: Home, contents: Contents) -> None:
    if contents.database and home.db_url != f"sqlite:///{home.folder / DATABASE}":
        raise StoreError(
            "This backup holds a SQLite database, and FAKERY_DB_URL names another one: unset it, "
            f"and the database will be {home.folder / DATABASE}."
        )


def _put(new: Path, folder: Path) -> None:
    """Let the new home take its place in one step, the old one, if any, staying beside it."""
    if not folder.exists() or not any(folder.iterdir()):
        new.rename(folder)
        return
    kept = _kept(folder)
    new.rename(kept)
    if exchange(kept, folder):
        return
    kept.rename(new)
    folder.rename(kept)
    try:
        new.rename(folder)
    except OSError:
        kept.rename(folder)
        raise
