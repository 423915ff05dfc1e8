"""Figures of a dataset for its charts, a query each; excluded pictures do not count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from db.models import Finding, Image, Quality


@dataclass(frozen=True)
class Sizes:
    """Each size that occurs, and how many pictures have it."""

    width: NDArray[np.int64]
    height: NDArray[np.int64]
    count: NDArray[np.int64]


def findings(*, session: Session, dataset_id: int) -> dict[str, int]:
    """Return how many pictures the last health check found something about, by kind."""
    counted = (
        select(Finding.kind, func.count())
        .join(Image, col(Image.id) == col(Finding.image_id))
        .where(Finding.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(Finding.kind)
    )
    return dict(session.exec(counted).all())


def balance(*, session: Session, dataset_id: int) -> dict[str, dict[str, int]]:
    """Return how many pictures each label has in each split: label -> split -> count, the largest first."""
    counted = (
        select(Image.label, Image.split, func.count())
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(Image.label, Image.split)
    )
    found: dict[str, dict[str, int]] = {}
    for label, part, count in session.exec(counted):
        found.setdefault(label, {})[part] = count
    return dict(sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0])))


def sources(*, session: Session, dataset_id: int, most: int = 50) -> dict[str, int]:
    """Return how many pictures the most frequent sources brought, the largest first."""
    counted = (
        select(Image.source, func.count())
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(Image.source)
        .order_by(func.count().desc(), Image.source)
        .limit(most)
    )
    return dict(session.exec(counted).all())


def sizes(*, session: Session, dataset_id: int) -> Sizes:
    """Return the sizes of a dataset's pictures in pixels."""
    counted = (
        select(Image.width, Image.height, func.count())
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(col(Image.width), col(Image.height))
        .order_by(col(Image.width), col(Image.height))
    )
    rows = np.array(session.exec(counted).all(), np.int64).reshape(-1, 3)
    return Sizes(rows[:, 0], rows[:, 1], rows[:, 2])


def measures(*, session: Session, dataset_id: int) -> dict[str, NDArray[np.float64]]:
    """Return what was measured of a dataset's pictures: name of the measure -> values (n,)."""
    names = ("sharpness", "brightness", "contrast", "colours")
    wanted = (
        select(Quality.sharpness, Quality.brightness, Quality.contrast, Quality.colours)
        .join(Image, col(Image.sha256) == col(Quality.sha256))
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
    )
    rows = np.array(session.exec(wanted).all(), np.float64).reshape(-1, len(names))
    return {name: rows[:, at] for at, name in enumerate(names)}
