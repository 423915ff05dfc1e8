"""Figures of a dataset for its charts, a query each; excluded pictures do not count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from db.models import Finding, Image, Quality

MEASURES = ("sharpness", "brightness", "contrast", "colours")


@dataclass(frozen=True)
class Overview:
    """How many pictures there are of what.

    `by_label_and_split` leads from a label, the largest first, to its splits and their counts;
    `sizes` (n, 3) lists width, height and how many pictures have both; `findings` counts by kind.
    """

    by_label_and_split: dict[str, dict[str, int]]
    sizes: NDArray[np.int64]
    findings: dict[str, int]


def overview(*, session: Session, dataset_id: int) -> Overview:
    """Return the counts of a dataset, by three queries."""
    return Overview(
        balance(session=session, dataset_id=dataset_id),
        sizes(session=session, dataset_id=dataset_id),
        findings(session=session, dataset_id=dataset_id),
    )


def balance(*, session: Session, dataset_id: int) -> dict[str, dict[str, int]]:
    """Return how many pictures each label has in each split: label -> split -> count, the largest first."""
    counted = (
        select(Image.label, Image.split, func.count())
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(Image.label, Image.split)
        .order_by(Image.label, Image.split)
    )
    found: dict[str, dict[str, int]] = {}
    for label, part, count in session.exec(counted):
        found.setdefault(label, {})[part] = count
    return dict(sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0])))


def sizes(*, session: Session, dataset_id: int) -> NDArray[np.int64]:
    """Return each size that occurs: width and height in pixels and how many pictures have them (n, 3)."""
    counted = (
        select(Image.width, Image.height, func.count())
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(col(Image.width), col(Image.height))
        .order_by(col(Image.width), col(Image.height))
    )
    return np.array(session.exec(counted).all(), np.int64).reshape(-1, 3)


def findings(*, session: Session, dataset_id: int) -> dict[str, int]:
    """Return how many pictures the last health check found something about, by kind."""
    counted = (
        select(Finding.kind, func.count())
        .join(Image, col(Image.id) == col(Finding.image_id))
        .where(Finding.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .group_by(Finding.kind)
    )
    return dict(session.exec(counted).all())


def measures(*, session: Session, dataset_id: int) -> dict[str, NDArray[np.float64]]:
    """Return what was measured of a dataset's pictures: name of the measure -> values (n,)."""
    wanted = (
        select(Quality.sharpness, Quality.brightness, Quality.contrast, Quality.colours)
        .join(Image, col(Image.sha256) == col(Quality.sha256))
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
    )
    rows = np.array(session.exec(wanted).all(), np.float64).reshape(-1, len(MEASURES))
    return {name: rows[:, at] for at, name in enumerate(MEASURES)}
