"""Verbs for datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from db.models import Dataset, Finding, Image, Model, Prediction, Run, Tag, now

VISIT = "visit"
COLLECTION = "collection"
TRASH = "trash"
GONE = "gone"
BIN = "Deleted pictures"


@dataclass(frozen=True)
class Listed:
    """A dataset in a list, with how many pictures it holds."""

    id: int
    key: str
    name: str
    origin: str
    images: int


@dataclass(frozen=True)
class Facets:
    """What a dataset's pictures can be filtered by: words and how many pictures each has."""

    labels: dict[str, int]
    splits: dict[str, int]
    sources: dict[str, int]
    tags: dict[str, int]
    issues: dict[str, int]
    models: dict[str, str]
    excluded: int


@dataclass(frozen=True)
class Totals:
    """How much there is, for the home page."""

    images: int
    visits: int
    predictions: int


def create(*, session: Session, name: str, kind: str = "collection") -> Dataset:
    """Return a new, empty dataset with a link of its own."""
    dataset = Dataset(name=name, kind=kind)
    session.add(dataset)
    session.flush()
    return dataset


def create_visit(*, session: Session) -> Dataset:
    """Return a new dataset for what somebody brings to Classify, named by the moment."""
    return create(session=session, name=f"Visit of {now():%d %b %Y, %H:%M} UTC", kind=VISIT)


def by_key(*, session: Session, key: str) -> Dataset | None:
    """Return the dataset of this link, or None."""
    return session.exec(select(Dataset).where(Dataset.key == key)).first()


def by_name(*, session: Session, name: str) -> Dataset | None:
    """Return the newest dataset of this name, or None."""
    newest = select(Dataset).where(Dataset.name == name).order_by(col(Dataset.id).desc())
    return session.exec(newest).first()


def listed(*, session: Session) -> list[Listed]:
    """Return every collection by name, with the number of its pictures."""
    counted = (
        select(Dataset, func.count(col(Image.id)))
        .join(Image, col(Image.dataset_id) == col(Dataset.id), isouter=True)
        .where(Dataset.kind == COLLECTION)
        .group_by(*Dataset.__table__.columns)  # type: ignore[attr-defined]
        .order_by(func.lower(Dataset.name), col(Dataset.id))
    )
    return [
        Listed(each.id or 0, each.key, each.name, each.origin, count) for each, count in session.exec(counted)
    ]


def deleted(*, session: Session) -> list[Listed]:
    """Return the datasets that were deleted and can be brought back, the latest first."""
    counted = (
        select(Dataset, func.count(col(Image.id)))
        .join(Image, col(Image.dataset_id) == col(Dataset.id), isouter=True)
        .where(Dataset.kind == TRASH, Dataset.name != BIN)
        .group_by(*Dataset.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(Dataset.deleted_at).desc())
    )
    return [
        Listed(each.id or 0, each.key, each.name, each.origin, count) for each, count in session.exec(counted)
    ]


def facets(*, session: Session, dataset_id: int) -> Facets:
    """Return what a dataset's pictures can be filtered by, most frequent first."""

    def counted(column: Any, *where: Any) -> dict[str, int]:
        number = func.count()
        rows = select(column, number).where(col(Image.dataset_id) == dataset_id, *where)
        found = session.exec(rows.group_by(column).order_by(number.desc(), column)).all()
        return {str(word): count for word, count in found}

    tagged = col(Tag.image_id) == col(Image.id)
    found = (col(Finding.image_id) == col(Image.id)) & (col(Finding.dataset_id) == dataset_id)
    models = (
        select(Model.name, Model.title)
        .join(Run, col(Run.model_id) == col(Model.id))
        .where(Run.dataset_id == dataset_id)
        .order_by(Model.title)
    )
    return Facets(
        labels=counted(Image.label),
        splits=counted(Image.split),
        sources=counted(Image.source),
        tags=counted(Tag.tag, tagged),
        issues=counted(Finding.kind, found, col(Image.excluded).is_(False)),
        models=dict(session.exec(models).all()),
        excluded=session.exec(
            select(func.count()).where(col(Image.dataset_id) == dataset_id, col(Image.excluded))
        ).one(),
    )


def rename(*, session: Session, dataset_id: int, name: str, about: str = "") -> None:
    """Give a dataset its name and the words about it."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is not None:
        dataset.name, dataset.about = name.strip()[:120] or dataset.name, about.strip()[:4000]
        session.add(dataset)


def totals(*, session: Session) -> Totals:
    """Return the counts that the home page shows, of what can be seen."""
    count = func.count
    return Totals(
        images=session.exec(
            select(count(col(Image.id)))
            .join(Dataset, col(Dataset.id) == col(Image.dataset_id))
            .where(col(Dataset.kind).in_((COLLECTION, VISIT)))
        ).one(),
        visits=session.exec(select(count(col(Dataset.id))).where(Dataset.kind == VISIT)).one(),
        predictions=session.exec(select(count(col(Prediction.image_id)))).one(),
    )


def delete(*, session: Session, dataset_id: int) -> None:
    """Take a whole dataset off the list; for 30 days `bring_back` undoes that."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is not None:
        dataset.kind, dataset.deleted_at = TRASH, now()
        session.add(dataset)


def bring_back(*, session: Session, dataset_id: int) -> None:
    """Put a deleted dataset back onto the list."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is not None and dataset.kind == TRASH:
        dataset.kind, dataset.deleted_at = COLLECTION, None
        session.add(dataset)


def forget(*, session: Session, dataset_id: int) -> None:
    """Forget a dataset with its images, runs and predictions; the files stay for `Pictures.sweep`.

    Of a packaged one the name stays, so that the next start does not load it again.
    """
    dataset = session.get(Dataset, dataset_id)
    if dataset is not None and dataset.origin:
        session.execute(sa.delete(Image).where(col(Image.dataset_id) == dataset_id))
        session.execute(sa.delete(Run).where(col(Run.dataset_id) == dataset_id))
        dataset.kind = GONE
        session.add(dataset)
    elif dataset is not None:
        session.delete(dataset)
