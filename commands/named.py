"""Datasets by the names that a command line gives."""

from __future__ import annotations

from sqlmodel import Session, col, select

from db.datasets import COLLECTION
from db.models import Dataset


def dataset(session: Session, name: str) -> Dataset | None:
    """Return the newest collection of this name or with this key, or None."""
    called = (col(Dataset.name) == name.strip()) | (col(Dataset.key) == name.strip())
    found = select(Dataset).where(Dataset.kind == COLLECTION, called).order_by(col(Dataset.id).desc())
    return session.exec(found).first()
