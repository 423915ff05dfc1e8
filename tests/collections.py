"""Folders and archives as people bring them, and imports of them."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

from sqlmodel import select

from core import image
from db import imports, work
from db.models import Dataset, Image, Task
from db.store import Store
from tests.conftest import picture


def jpeg(seed: int) -> bytes:
    """Return a small picture; every seed gives another."""
    return image.encode(picture(seed), "jpeg", 90)


def lay(folder: Path, files: dict[str, bytes | int | str]) -> Path:
    """Write files into a folder and return it; a number is a picture of this seed."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_bytes(content))
    return folder


def zipped(files: dict[str, bytes | int | str]) -> bytes:
    """Return a ZIP archive of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, _bytes(content))
    return out.getvalue()


def _bytes(content: bytes | int | str) -> bytes:
    if isinstance(content, int):
        return jpeg(content)
    return content.encode() if isinstance(content, str) else content


def begun(store: Store, **given: Any) -> Task:
    """Return an import that has begun; a plain path is its payload."""
    if isinstance(path := given.pop("path", None), Path):
        given["payload"] = {"path": str(path)}
    with store.writing() as session:
        return imports.begin(session=session, **{"name": "Cakes", "payload": {}, **given})


def brought(store: Store, **given: Any) -> dict[str, Any]:
    """Return the report of an import that was begun and carried out here."""
    more = {"allowed": given.pop("allowed")} if "allowed" in given else {}
    task = begun(store, **given)
    return work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None, **more)


def held_by(store: Store, name: str = "Cakes") -> list[Image]:
    """Return the pictures of all collections of this name, by label and name."""
    with store.reading() as session:
        wanted = (
            select(Image)
            .join(Dataset)
            .where(Dataset.kind == "collection", Dataset.name == name)
            .order_by(Image.label, Image.name)
        )
        return list(session.exec(wanted))


def visible(store: Store) -> dict[str, int]:
    """Return every dataset's kind and how many pictures it holds."""
    with store.reading() as session:
        return {
            row.kind: len(session.exec(select(Image).where(Image.dataset_id == row.id)).all())
            for row in session.exec(select(Dataset))
        }
