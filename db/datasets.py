"""Verbs for datasets."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from db.models import Dataset, Image, Prediction, Run, now

VISIT = "visit"


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


def totals(*, session: Session) -> Totals:
    """Return the counts that the home page shows, each by one indexed count."""
    count = func.count
    return Totals(
        images=session.exec(select(count(col(Image.id)))).one(),
        visits=session.exec(select(count(col(Dataset.id))).where(Dataset.kind == VISIT)).one(),
        predictions=session.exec(select(count(col(Prediction.image_id)))).one(),
    )


def delete(*, session: Session, dataset_id: int) -> None:
    """Forget a dataset with its images, runs and predictions; the files stay for `Pictures.sweep`."""
    for run in session.exec(select(Run).where(Run.dataset_id == dataset_id)):
        session.delete(run)
    dataset = session.get(Dataset, dataset_id)
    if dataset is not None:
        session.delete(dataset)
