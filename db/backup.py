"""One file that holds everything: the database as of one moment, the pictures, the models.

A plain TAR, or TAR.GZ: `fakery.db`, `images/original/ab/abcd...`, `models/*`, and at its end
`backup.json`, which says what else has to be there. `db/restore.py` is the way back.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from core.errors import ModelBroken, StoreError
from core.home import Home
from core.jobs.room import make_room
from core.models import ModelSpec, sha256_of
from db.models import now

FORMAT = 1
DATABASE = "fakery.db"
MANIFEST = "backup.json"
MODEL = re.compile(r"models/\w[\w .+-]*\.(tflite|json)")
ENDINGS = (".tar", ".tar.gz", ".tgz")
_PICTURE = re.compile(r"[0-9a-f]{64}")

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Contents:
    """What a backup holds.

    `files` maps all but the pictures to their SHA-256; `missing` are pictures that the database names
    and that were gone already; `notes` are sentences about what had to be left out.
    """

    made_at: str
    pictures: int
    files: Mapping[str, str]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def database(self) -> bool:
        """Whether the database is in it."""
        return DATABASE in self.files

    @property
    def models(self) -> int:
        """How many models are in it."""
        return sum(name.endswith(".tflite") for name in self.files)


def sqlite_file(home: Home) -> Path | None:
    """Return the database's file, or None where it is not SQLite; StoreError for no address."""
    try:
        url = make_url(home.db_url)
    except ArgumentError as error:
        raise StoreError("FAKERY_DB_URL is no address of a database: check it.") from error
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise StoreError("FAKERY_DB_URL names a database in memory, which is gone with its server.")
    return Path(url.database)


def write(home: Home, target: Path, *, progress: Progress = lambda done, total: None) -> Contents:
    """Return what was written to `target`, which appears when it is whole, or not at all.

    Safe while a server writes: the database is copied as of one moment, then the pictures, of which
    there can only be more by then. `progress` hears how many of how many pictures are in.
    Raises StoreError where there is nothing to save, it is damaged, or the target cannot be written.
    """
    database = sqlite_file(home)
    if database is not None and not database.is_file():
        raise StoreError(f"There is no database {database}: check FAKERY_HOME.")
    room, held = make_room(target.parent)
    try:
        part = room / "part"
        contents = _fill(part, home, database, room, progress, packed=target.suffix != ".tar")
        os.replace(part, target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error.strerror}): make room.") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
        held.close()
    return contents


def _fill(
    part: Path, home: Home, database: Path | None, room: Path, progress: Progress, *, packed: bool
) -> Contents:
    options: dict[str, Any] = {"mode": "w:gz", "compresslevel": 6} if packed else {"mode": "w"}
    with part.open("wb") as file:
        with tarfile.open(fileobj=file, **options) as tar:
            pack = _Pack(tar)
            named = set() if database is None else pack.database(database, room / DATABASE)
            there = pack.pictures(home.images, progress)
            pack.models(home.models)
            missing = tuple(sorted(named - there))
            if missing:
                pack.notes.append(f"{len(missing)} pictures of the database are gone from the disk.")
            contents = Contents(
                made_at=now().isoformat(timespec="seconds"),
                pictures=len(there),
                files=pack.files,
                missing=missing,
                notes=tuple(pack.notes),
            )
            pack.add(MANIFEST, json.dumps({"format": FORMAT} | vars(contents), indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    return contents


class _Pack:
    """A backup being written: the hashes of what is in it, and what had to be left out."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.files: dict[str, str] = {}
        self.notes: list[str] = []
        self._tar = tar

    def add(self, name: str, data: bytes) -> None:
        """Add one file."""
        self._add(name, io.BytesIO(data), len(data))

    def database(self, source: Path, copy: Path) -> set[str]:
        """Add the database as of this moment, and return the hashes of the pictures it names."""
        named = _snapshot(source, copy)
        self.files[DATABASE] = sha256_of(copy)
        with copy.open("rb") as data:
            self._add(DATABASE, data, copy.stat().st_size)
        return named

    def pictures(self, images: Path, progress: Progress) -> set[str]:
        """Add all originals, and return their hashes."""
        found = list(originals(images))
        there = set()
        for at, path in enumerate(found):
            progress(at, len(found))
            try:
                data = path.read_bytes()
            except FileNotFoundError:  # taken away meanwhile
                continue
            # One rotten picture must not make the whole backup one that no restore accepts.
            if _sha256(data) != path.name:
                self.notes.append(f"The picture {path} is damaged; it was left out.")
                continue
            there.add(path.name)
            self.add(path.relative_to(images.parent).as_posix(), data)
        return there

    def models(self, folder: Path) -> None:
        """Add every model that is whole."""
        for path in sorted(folder.glob("[!.]*.json")):
            model = path.with_suffix(".tflite")
            names = f"models/{model.name}", f"models/{path.name}"
            try:
                contents = model.read_bytes(), path.read_bytes()
                fits = ModelSpec.from_json(contents[1].decode()).sha256 == _sha256(contents[0])
            except (FileNotFoundError, UnicodeDecodeError, ModelBroken):
                fits = False
            if not fits or not all(map(MODEL.fullmatch, names)):
                self.notes.append(f"The model {path.stem} is damaged or half made; it was left out.")
                continue
            for name, data in zip(names, contents, strict=True):
                self.files[name] = _sha256(data)
                self.add(name, data)

    def _add(self, name: str, data: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime = size, int(now().timestamp())
        self._tar.addfile(info, data)


def _snapshot(source: Path, copy: Path) -> set[str]:
    """Copy a database as of one moment, and return the hashes of the pictures it names."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as there,
            closing(sqlite3.connect(copy)) as here,
        ):
            there.backup(here)
            if (found := here.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                raise StoreError(f"The database {source} is damaged ({found}): restore a backup.")
            named = {sha256 for (sha256,) in here.execute("SELECT DISTINCT sha256 FROM image")}
            here.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
        return named
    except sqlite3.Error as error:
        raise StoreError(f"The database {source} cannot be read ({error}).") from error


def originals(images: Path) -> Iterator[Path]:
    """Yield the pictures that `db/pictures.py` keeps, sorted; halves of some are passed over."""
    for path in sorted(images.glob("original/??/*")):
        if _PICTURE.fullmatch(path.name) and path.parent.name == path.name[:2]:
            yield path


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
