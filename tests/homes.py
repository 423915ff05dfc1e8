"""Homes with something in them, and what backups of them hold."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from core import image
from core.home import Home
from db import backup, datasets, images
from db.store import Store
from tests.conftest import picture

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


def furnish(home: Home, furnished: Home) -> Home:
    """Return a home with twelve pictures and a model in it."""
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
