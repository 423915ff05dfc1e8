"""Verbs for images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, func, select

from core import image
from db.models import Image
from db.pictures import THUMB, Load, Pictures


@dataclass(frozen=True)
class Taken:
    """A picture whose bytes are kept on disk and that belongs to no dataset yet."""

    sha256: str
    name: str
    source: str
    width: int
    height: int
    bytes: int


def take_in(pictures: Pictures | Load, data: bytes, name: str, source: str = "") -> Taken:
    """Keep foreign bytes as a picture; width and height are those of the upright picture.

    Raises UnusableImage where the gate refuses the bytes, StoreError where they cannot be kept.
    """
    header = image.read_header(data)
    rgb = image.decode(data, enough_for=THUMB)
    width, height = image.size_of(header, rgb)
    return Taken(pictures.put(data, rgb), name[:200], source[:2000], width, height, len(data))


def add(*, session: Session, dataset_id: int, taken: Iterable[Taken]) -> list[Image]:
    """Put pictures into a dataset and return its rows for them, each once.

    A picture that is there already stays as it was.
    """
    wanted = {each.sha256: each for each in taken}
    here = select(Image).where(Image.dataset_id == dataset_id, col(Image.sha256).in_(wanted))
    rows = {row.sha256: row for row in session.exec(here)}
    for sha256, each in wanted.items():
        if sha256 not in rows:
            rows[sha256] = Image(dataset_id=dataset_id, **asdict(each))
            session.add(rows[sha256])
    session.flush()
    return [rows[sha256] for sha256 in wanted]


def of(*, session: Session, dataset_id: int) -> Sequence[Image]:
    """Return a dataset's images in the order they came."""
    ordered = select(Image).where(Image.dataset_id == dataset_id).order_by(col(Image.id))
    return session.exec(ordered).all()


def count(*, session: Session, dataset_id: int) -> int:
    """Return how many images a dataset holds."""
    return session.exec(select(func.count()).where(col(Image.dataset_id) == dataset_id)).one()


def remove(*, session: Session, dataset_id: int, image_id: int) -> Taken | None:
    """Take one image out of a dataset, with what was said of it, and return what brings it back.

    The file stays until the next `sweep`.
    """
    row = session.get(Image, image_id)
    if row is None or row.dataset_id != dataset_id:
        return None
    session.delete(row)
    return Taken(row.sha256, row.name, row.source, row.width, row.height, row.bytes)


def bring_back(*, session: Session, dataset_id: int, image_id: int, taken: Taken) -> Image:
    """Return the row of an image that was taken out, in its old place."""
    if session.get(Image, image_id) is None:
        session.add(Image(id=image_id, dataset_id=dataset_id, **asdict(taken)))
        session.flush()
    return add(session=session, dataset_id=dataset_id, taken=[taken])[0]


def hashes(*, session: Session) -> set[str]:
    """Return the SHA-256 of every picture that some dataset holds."""
    return set(session.exec(select(Image.sha256).distinct()))
