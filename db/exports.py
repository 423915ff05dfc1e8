"""The way out: a ZIP of class folders, a CSV, JSON lines with all predictions, a card.

The same picture has the same file name in all of them, so that a CSV fits the ZIP; and what the ZIP
holds comes back as it was when it is imported: `core/collection` reads what is written here.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlmodel import col, select

from core import image
from core.errors import StoreError, UnusableImage
from core.report import safe_cell
from db import cards, runs
from db.filenames import Names
from db.models import Image, Model, Prediction, Run, Tag
from db.store import Store

TABLE = "pictures.csv"
CARD = "README.md"
ENDINGS = (".zip", ".csv", ".jsonl", ".md", ".json")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic")
FACTS = ("author", "licence", "link")
COLUMNS = (
    *("file", "label", "split", "source", "scene", "tags", "excluded"),
    *(*FACTS, "width", "height", "bytes", "sha256"),
)
CHUNK = 500

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Exported:
    """A file that was written: how many pictures it tells of, and which are gone from the disk."""

    path: Path
    pictures: int
    bytes: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture on its way out: its row, its tags, and the file name it goes by."""

    image: Image
    tags: tuple[str, ...]
    file: str


def write(
    store: Store,
    dataset_id: int,
    target: Path,
    *,
    excluded: bool = False,
    progress: Progress = lambda done, total: None,
) -> Exported:
    """Write a dataset to a file, whose ending says as what, and return what was written.

    Excluded pictures are left out of a ZIP unless asked for; tables and JSON lines say so of each.
    The file appears when it is whole. Raises StoreError where there is no such dataset or ending, or
    the file cannot be written.
    """
    if target.suffix.lower() not in ENDINGS:
        raise StoreError(f"{target.name} ends in none of {', '.join(ENDINGS)}.")
    with store.reading() as session:
        card = cards.card(session=session, dataset_id=dataset_id)
    out = _Out(store, dataset_id, card, progress)
    with _whole(target) as file:
        match target.suffix.lower():
            case ".zip":
                out.pack(file, excluded=excluded)
            case ".csv":
                out.table(file)
            case ".jsonl":
                out.lines(file)
            case ".md":
                file.write(card.markdown().encode())
            case _:
                file.write(f"{json.dumps(card.to_dict(), indent=1, ensure_ascii=False)}\n".encode())
    return Exported(target, out.done or card.pictures, target.stat().st_size, tuple(out.missing))


class _Out:
    """One dataset on its way out."""

    def __init__(self, store: Store, dataset_id: int, card: cards.Card, progress: Progress) -> None:
        self._store = store
        self._dataset_id = dataset_id
        self._card = card
        self._progress = progress
        self.done = 0
        self.missing: list[str] = []

    def pack(self, file: IO[bytes], *, excluded: bool) -> None:
        """Write a ZIP: pictures in folders of their labels, the table, the card."""
        table = io.StringIO(newline="")
        rows = csv.writer(table)
        rows.writerow(COLUMNS)
        # Pictures are packed already: to pack them again takes long and saves nothing.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for entry in self._entries():
                if entry.image.excluded and not excluded:
                    continue
                try:
                    data = self._store.pictures.read(entry.image.sha256)
                except StoreError:
                    self.missing.append(entry.file)
                    continue
                archive.writestr(_info(entry), data)
                rows.writerow(_cells(entry))
                self._count()
            archive.writestr(TABLE, table.getvalue())
            archive.writestr(CARD, self._card.markdown())

    def table(self, file: IO[bytes]) -> None:
        """Write a CSV with a header."""
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        for entry in self._entries():
            rows.writerow(_cells(entry))
            self._count()
        text.flush()
        text.detach()

    def lines(self, file: IO[bytes]) -> None:
        """Write a JSON object a line for each picture, with what every model said."""
        for entries in self._chunks():
            said = self._said([entry.image.id or 0 for entry in entries])
            for entry in entries:
                line = _plain(entry) | {"predictions": said.get(entry.image.id or 0, {})}
                file.write(f"{json.dumps(line, ensure_ascii=False)}\n".encode())
                self._count()

    def _count(self) -> None:
        self.done += 1
        self._progress(self.done, self._card.pictures)

    def _entries(self) -> Iterator[Entry]:
        for entries in self._chunks():
            yield from entries

    def _chunks(self) -> Iterator[list[Entry]]:
        """Yield all pictures in the order they came, some at a time."""
        names = Names()
        after = 0
        while True:
            wanted = (
                select(Image)
                .where(Image.dataset_id == self._dataset_id, col(Image.id) > after)
                .order_by(col(Image.id))
                .limit(CHUNK)
            )
            with self._store.reading() as session:
                found = session.exec(wanted).all()
                ids = [row.id for row in found]
                tagged = session.exec(select(Tag).where(col(Tag.image_id).in_(ids)).order_by(Tag.tag)).all()
                session.expunge_all()
            if not found:
                return
            tags: dict[int, list[str]] = {}
            for tag in tagged:
                tags.setdefault(tag.image_id, []).append(tag.tag)
            yield [
                Entry(row, tuple(tags.get(row.id or 0, ())), names.free(row.label, self._named(row)))
                for row in found
            ]
            after = found[-1].id or 0

    def _named(self, row: Image) -> str:
        """Return a picture's name with an ending that picture programs know."""
        if Path(row.name).suffix.lower() in SUFFIXES:
            return row.name
        try:
            kind = image.read_header(self._store.pictures.read(row.sha256)).kind
        except (StoreError, UnusableImage):
            kind = "jpeg"
        return f"{row.name}.{'jpg' if kind == 'jpeg' else kind}"

    def _said(self, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Return what was said of some pictures: image id -> model -> prediction."""
        asked = (
            select(Prediction, Model.name)
            .join(Run, col(Run.id) == col(Prediction.run_id))
            .join(Model, col(Model.id) == col(Run.model_id))
            .where(col(Prediction.image_id).in_(ids))
            .order_by(col(Prediction.image_id), col(Run.id))
        )
        said: dict[int, dict[str, Any]] = {}
        with self._store.reading() as session:
            for row, name in session.exec(asked):
                said.setdefault(row.image_id, {})[name] = _prediction(row)
        return said


def _prediction(row: Prediction) -> dict[str, Any]:
    return {
        "label": row.label,
        "confidence": row.confidence,
        "scores": {score.label: score.probability for score in runs.scores(row)},
        "boxes": [vars(box) for box in runs.boxes(row)],
        "elapsed_ms": row.elapsed_ms,
        "message": row.message,
    }


def _plain(entry: Entry) -> dict[str, Any]:
    row = entry.image
    words = {name: getattr(row, name) for name in ("name", "label", "split", "source", "scene")}
    sizes = {name: getattr(row, name) for name in ("sha256", "width", "height", "bytes")}
    rest = {"tags": list(entry.tags), "excluded": row.excluded, "facts": row.facts}
    return {"file": entry.file, **words, **rest, **sizes}


def _cells(entry: Entry) -> list[Any]:
    told = _plain(entry) | {name: entry.image.facts.get(name, "") for name in FACTS}
    told |= {"tags": ";".join(entry.tags), "excluded": int(entry.image.excluded)}
    return [safe_cell(told[name]) if isinstance(told[name], str) else told[name] for name in COLUMNS]


def _info(entry: Entry) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry.file, max(entry.image.created_at.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    info.external_attr = 0o100644 << 16
    return info


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """Lend a file that takes the target's name when the block ends well; else nothing is left."""
    part = target.with_name(f".{secrets.token_hex(4)}.part")  # shorter than any name there is room for
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error.strerror}): make room.") from error
    finally:
        part.unlink(missing_ok=True)
