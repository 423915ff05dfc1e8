"""The places of a dataset's pictures on its map, with what they are coloured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col

from db.models import Image, Model, Place, Prediction, Run


@dataclass(frozen=True)
class Points:
    """The points of a map, one a picture, all of the same length n.

    `x`, `y` (n,) float32; `labels`, `names` and `verdicts` ("right", "wrong", "no opinion") are words.
    """

    ids: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    labels: tuple[str, ...]
    names: tuple[str, ...]
    verdicts: tuple[str, ...]


def points(*, session: Session, dataset_id: int, model: str = "") -> Points | None:
    """Return the map of a dataset's pictures in use, or None where it was not made yet.

    With a `model`, what its latest run said is held against the labels.
    """
    latest = (
        sa.select(sa.func.max(Run.id))
        .join(Model, col(Model.id) == col(Run.model_id))
        .where(col(Run.dataset_id) == dataset_id, col(Model.name) == model)
        .scalar_subquery()
    )
    said = (col(Prediction.image_id) == col(Image.id)) & (col(Prediction.run_id) == latest)
    asked = (
        sa.select(*map(col, (Image.id, Place.x, Place.y, Image.label, Image.name, Prediction.label)))
        .join(Image, col(Image.id) == col(Place.image_id))
        .join(Prediction, said, isouter=True)
        .where(col(Place.dataset_id) == dataset_id, col(Image.dataset_id) == dataset_id)
        .where(col(Image.excluded).is_(False))
        .order_by(col(Image.id))
    )
    rows = session.execute(asked).all()
    if not rows:
        return None
    ids, x, y, labels, names, words = zip(*rows, strict=True)
    return Points(
        np.array(ids), np.array(x, np.float32), np.array(y, np.float32), labels, names,
        tuple(_verdict(label, word) for label, word in zip(labels, words, strict=True)),
    )  # fmt: skip


def _verdict(label: str, said: str | None) -> str:
    if not said or not label:
        return "no opinion"
    return "right" if said.lower() == label.lower() else "wrong"
